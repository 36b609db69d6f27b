let opened: () => void = () => undefined;

/** Opens the command palette, once its code has come. */
export function openCommands(): void {
  opened();
}

/** Called by the palette when it is ready. */
export function onOpenCommands(open: () => void): void {
  opened = open;
}
