/** Lines that wait, oldest first, within a bound. */
export interface LineBuffer {
  /** Takes text as a stream brings it; a line may come in pieces. */
  add(text: string): void;
  /** Up to `count` of the oldest lines and about `bytes`; they stay until `taken` says that they are done. */
  oldest(count: number, bytes: number): readonly string[];
  /** Forgets so many of the lines that `oldest` gave, as far as they have not been dropped meanwhile. */
  taken(count: number): void;
  /** Counts lines that will not be sent, whatever the reason. */
  lose(count: number): void;
  /** Lines that were lost since the last call. */
  lost(): number;
  readonly size: number;
}

/** Drops the oldest lines when more than `limitBytes` wait (as UTF-16 counts them, which is near enough). */
export function createLineBuffer(limitBytes: number): LineBuffer {
  let lines: string[] = [];
  let start = 0;
  let bytes = 0;
  let rest = '';
  let lost = 0;
  /** Lines at the front that `oldest` gave; those among them that are dropped need not be taken again. */
  let given = 0;

  const compact = (): void => {
    if (start > 1_000 && start * 2 > lines.length) {
      lines = lines.slice(start);
      start = 0;
    }
  };
  const removeFirst = (): void => {
    bytes -= lines[start]!.length;
    start += 1;
    if (given > 0) given -= 1;
  };

  return {
    add(text) {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > limitBytes) {
        rest = '';
        lost += 1;
      }
      for (const line of parts) {
        if (line === '') continue;
        lines.push(line);
        bytes += line.length;
      }
      while (bytes > limitBytes && start < lines.length) {
        removeFirst();
        lost += 1;
      }
      compact();
    },
    oldest(count, most) {
      const batch: string[] = [];
      let size = 0;
      for (let at = start; at < lines.length && batch.length < count; at += 1) {
        const line = lines[at]!;
        if (batch.length > 0 && size + line.length > most) break;
        batch.push(line);
        size += line.length;
      }
      given = batch.length;
      return batch;
    },
    taken(count) {
      const left = Math.min(count, given);
      for (let index = 0; index < left; index += 1) removeFirst();
      given = 0;
      compact();
    },
    lose(count) {
      lost += count;
    },
    lost() {
      const count = lost;
      lost = 0;
      return count;
    },
    get size() {
      return lines.length - start;
    },
  };
}
