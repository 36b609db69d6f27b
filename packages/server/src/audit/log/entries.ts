import { unfitEntry } from './errors.ts';
import { entryLimitBytes } from './merkle/hashing.ts';

/** Raises `invalid_input` that names the first entry which no log can keep (C2SP tlog-tiles: 16-bit length). */
export function checkEntries(entries: readonly Uint8Array[]): void {
  for (const [place, entry] of entries.entries()) {
    if (entry.length >= 1 && entry.length <= entryLimitBytes) continue;
    throw unfitEntry(`entries.${place}`, `must have 1 to ${entryLimitBytes} bytes and has ${entry.length}`);
  }
}
