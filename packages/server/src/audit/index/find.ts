import { indexBehind } from './errors.ts';
import { placeOfEntry, type IndexedEntry } from './indexed-entry.ts';
import { newestFirst } from './place.ts';
import type { SearchParts } from './search.ts';
import { takeSnapshot } from './snapshot.ts';
import { entriesIn, tailLimit } from './tail.ts';
import type { FoundEvent } from './types.ts';
import { whileItHolds } from './while-it-holds.ts';

const everything = { equal: {} };
const strideEntries = 1_024;

/** Finds the newest event with an id. */
export function createFind(parts: Pick<SearchParts, 'ledger' | 'entries' | 'store' | 'follower'>) {
  const { ledger, entries, store, follower } = parts;
  return (id: string): Promise<FoundEvent | undefined> =>
    whileItHolds(follower, async (positions) => {
      const { indexed, tail } = takeSnapshot(ledger, everything, positions);
      const found: IndexedEntry[] = [];
      const add = (entry: IndexedEntry | undefined): void => {
        if (entry?.event?.id === id) found.push(entry);
      };
      if (indexed.length > 0) for (const entry of await entries.at(await store.places(id))) add(entry);
      // The newest part of a tail that is too long; what is beyond it counts as unknown and not as absent.
      let budget = tailLimit;
      for (const { log, from, to } of tail) {
        const low = Math.max(from, to - budget);
        for (let at = low; at < to; at += strideEntries) {
          for (const entry of await entries.range(log, at, Math.min(to, at + strideEntries))) add(entry);
        }
        budget -= to - low;
      }
      const newest = found.toSorted((left, right) => newestFirst(placeOfEntry(left), placeOfEntry(right)))[0];
      if (newest === undefined) {
        if (entriesIn(tail) > tailLimit) throw indexBehind(tailLimit, positions === null);
        return undefined;
      }
      return {
        log: newest.log,
        index: newest.index,
        event: newest.event as NonNullable<typeof newest.event>,
      };
    });
}
