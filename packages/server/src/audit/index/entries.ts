import { CustosError } from '../../base/errors.ts';
import { readEntry, type IndexedEntry } from './indexed-entry.ts';
import type { IndexedLedger } from './types.ts';

/** Reads entries of the logs for searches; keeps the last complete bundles decoded, which never change. */
export interface Entries {
  /** The entries from `from` up to, not with, `to`, in their order; those that were pruned are left out. */
  range(log: string, from: number, to: number): Promise<readonly IndexedEntry[]>;
  /** The entries at these places; `undefined` where one was pruned. */
  at(
    places: readonly { readonly log: string; readonly index: number }[],
  ): Promise<(IndexedEntry | undefined)[]>;
}

/** Entries per bundle of the logs (C2SP tlog-tiles). */
const bundleEntries = 256;
/** At about 2 KB for a decoded event some 16 MB. */
const keptBundles = 32;

export function createEntries(ledger: IndexedLedger): Entries {
  const kept = new Map<string, readonly IndexedEntry[]>();

  /** Reads a piece of one bundle; empty when it was pruned in the meantime. */
  const read = async (log: string, from: number, to: number): Promise<readonly IndexedEntry[]> => {
    const reader = ledger.reader(log);
    const first = Math.max(from, reader.minimumIndex());
    if (first >= to) return [];
    try {
      const entries = await reader.entries(first, to);
      return entries.map((bytes, place) => readEntry(log, first + place, bytes));
    } catch (error) {
      if (error instanceof CustosError && error.code === 'not_found' && reader.minimumIndex() > first)
        return read(log, from, to);
      throw error;
    }
  };

  const bundle = async (log: string, from: number, to: number): Promise<readonly IndexedEntry[]> => {
    const start = Math.floor(from / bundleEntries) * bundleEntries;
    const key = `${log} ${start}`;
    const known = kept.get(key);
    if (known !== undefined) {
      kept.delete(key);
      kept.set(key, known);
      return known;
    }
    const whole = to - from > bundleEntries / 4 && ledger.reader(log).head().size >= start + bundleEntries;
    if (!whole) return read(log, from, to);
    const entries = await read(log, start, start + bundleEntries);
    kept.set(key, entries);
    const oldest = kept.keys().next().value;
    if (kept.size > keptBundles && oldest !== undefined) kept.delete(oldest);
    return entries;
  };

  return {
    async range(log, from, to) {
      const found: IndexedEntry[] = [];
      const minimum = ledger.reader(log).minimumIndex();
      for (let at = Math.max(from, minimum); at < to;) {
        const end = Math.min(to, (Math.floor(at / bundleEntries) + 1) * bundleEntries);
        const low = at;
        for (const entry of await bundle(log, low, end)) {
          if (entry.index >= low && entry.index < end) found.push(entry);
        }
        at = end;
      }
      return found;
    },

    async at(places) {
      const byBundle = new Map<string, { log: string; first: number; last: number }>();
      for (const { log, index } of places) {
        const key = `${log} ${Math.floor(index / bundleEntries)}`;
        const group = byBundle.get(key) ?? { log, first: index, last: index };
        group.first = Math.min(group.first, index);
        group.last = Math.max(group.last, index);
        byBundle.set(key, group);
      }
      const wanted = new Set(places.map(({ log, index }) => `${log} ${index}`));
      const found = new Map<string, IndexedEntry>();
      await Promise.all(
        [...byBundle.values()].map(async ({ log, first, last }) => {
          const reader = ledger.reader(log);
          const from = Math.max(first, reader.minimumIndex());
          const known = kept.get(`${log} ${Math.floor(first / bundleEntries) * bundleEntries}`);
          if (known !== undefined) {
            for (const entry of known) {
              if (entry.index >= from && wanted.has(`${log} ${entry.index}`))
                found.set(`${log} ${entry.index}`, entry);
            }
            return;
          }
          if (from > last) return;
          const entries = await reader.entries(from, last + 1).catch((error: unknown) => {
            // Pruned in this moment: those who asked will not miss what nobody may see any more.
            if (reader.minimumIndex() > from) return [];
            throw error;
          });
          for (const [place, bytes] of entries.entries()) {
            const key = `${log} ${from + place}`;
            if (wanted.has(key)) found.set(key, readEntry(log, from + place, bytes));
          }
        }),
      );
      return places.map(({ log, index }) => found.get(`${log} ${index}`));
    },
  };
}
