/** A queue that gives the entry with the smallest time first; adding and taking cost O(log n). */
export interface DueHeap<Item> {
  readonly size: number;
  add(atMs: number, item: Item): void;
  /** The smallest time; undefined when empty. */
  peekMs(): number | undefined;
  take(): Item | undefined;
  clear(): void;
}

/** Creates an empty binary heap. */
export function createDueHeap<Item>(): DueHeap<Item> {
  const entries: { readonly atMs: number; readonly item: Item }[] = [];
  const at = (index: number): number => entries[index]?.atMs ?? Infinity;
  const swap = (left: number, right: number): void => {
    const [a, b] = [entries[left], entries[right]];
    if (a === undefined || b === undefined) return;
    entries[left] = b;
    entries[right] = a;
  };

  return {
    get size() {
      return entries.length;
    },
    add(atMs, item) {
      entries.push({ atMs, item });
      for (let index = entries.length - 1; index > 0;) {
        const parent = (index - 1) >> 1;
        if (at(parent) <= at(index)) break;
        swap(parent, index);
        index = parent;
      }
    },
    peekMs: () => entries[0]?.atMs,
    take() {
      const first = entries[0];
      const last = entries.pop();
      if (first === undefined || last === undefined) return undefined;
      if (entries.length > 0) {
        entries[0] = last;
        for (let index = 0; ;) {
          const left = 2 * index + 1;
          const smallest = at(left + 1) < at(left) ? left + 1 : left;
          if (at(smallest) >= at(index)) break;
          swap(smallest, index);
          index = smallest;
        }
      }
      return first.item;
    },
    clear() {
      entries.length = 0;
    },
  };
}
