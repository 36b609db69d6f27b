let opened: () => void = () => undefined;

/** Opens the list of keys, once its code has come. */
export function openKeys(): void {
  opened();
}

export function onOpenKeys(open: () => void): void {
  opened = open;
}
