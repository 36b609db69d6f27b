import type { Condition } from './condition.ts';
import type { Entries } from './entries.ts';
import { indexBehind } from './errors.ts';
import type { Follower } from './follower.ts';
import { placeOfEntry, type IndexedEntry } from './indexed-entry.ts';
import { newestFirst } from './place.ts';
import type { CachedPage, LogView, ResultCache } from './result-cache.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';
import type { IndexStore, LogSpan } from './store.ts';
import { entriesIn, readTail, readTailBackwards, tailLimit, type Tail } from './tail.ts';
import type { EventPlace, FoundEvent, IndexedLedger, SearchPage } from './types.ts';
import { whileItHolds } from './while-it-holds.ts';

export interface SearchParts {
  readonly ledger: IndexedLedger;
  readonly entries: Entries;
  readonly store: IndexStore;
  readonly follower: Follower;
  readonly cache: ResultCache;
}

interface PageOrder {
  readonly after: EventPlace | null;
  readonly limit: number;
}

/** A cached answer is brought up to date by reading at most this many entries; beyond, it is found anew. */
const refreshLimit = 2_000;

const placeOfFound = ({ log, index, event }: FoundEvent): EventPlace => ({
  receivedTime: Date.parse(event.receivedTime),
  id: event.id,
  log,
  index,
});

const keyOf = ({ log, index }: { readonly log: string; readonly index: number }): string => `${log} ${index}`;

function foundOf(entry: IndexedEntry | undefined): FoundEvent | undefined {
  if (entry === undefined || entry.event === null) return undefined;
  return { log: entry.log, index: entry.index, event: entry.event };
}

/** The first `limit` of these places after `after`, each once. */
function firstPlaces(places: Iterable<EventPlace>, { after, limit }: PageOrder): readonly EventPlace[] {
  const unique = new Map<string, EventPlace>();
  for (const place of places) {
    if (after === null || newestFirst(after, place) < 0) unique.set(keyOf(place), place);
  }
  return [...unique.values()].toSorted(newestFirst).slice(0, limit);
}

/** A page from the index and the tail together. */
async function findPage(
  { entries, store }: SearchParts,
  { indexed, tail, view }: Snapshot,
  search: { readonly condition: Condition; readonly page: PageOrder; readonly away: boolean },
): Promise<{ readonly page: CachedPage; readonly whole: boolean }> {
  const { condition, page, away } = search;
  const wanted: PageOrder = { after: page.after, limit: page.limit + 1 };

  // Equal rows stand side by side, so a page that came out short of distinct ones is asked for again, longer.
  let rows: readonly EventPlace[] = [];
  for (let limit = wanted.limit; indexed.length > 0; limit *= 2) {
    rows = await store.page(condition, indexed, { after: page.after, limit });
    if (rows.length < limit || new Set(rows.map(keyOf)).size >= wanted.limit) break;
  }

  const known = new Map<string, IndexedEntry>();
  const merge = ({ found, horizon }: Tail): readonly EventPlace[] => {
    for (const entry of found) known.set(keyOf(entry), entry);
    const visible = [...rows, ...found.map(placeOfEntry)].filter((place) => place.receivedTime > horizon);
    return firstPlaces(visible, wanted);
  };
  let places: readonly EventPlace[];
  let whole = true;
  if (entriesIn(tail) <= tailLimit) {
    places = merge({ found: await readTail(entries, tail, condition), horizon: -Infinity });
  } else {
    const read = await readTailBackwards(entries, tail, {
      condition,
      enough: (sofar) =>
        sofar.horizon <= (condition.from ?? -Infinity) || merge(sofar).length >= wanted.limit,
    });
    places = merge(read);
    whole = read.horizon <= (condition.from ?? -Infinity);
    if (!whole && places.length < wanted.limit) throw indexBehind(tailLimit, away);
  }

  const missing = places.slice(0, page.limit).filter((place) => !known.has(keyOf(place)));
  for (const entry of await entries.at(missing)) {
    if (entry !== undefined) known.set(keyOf(entry), entry);
  }
  const events = places.slice(0, page.limit).flatMap((place) => foundOf(known.get(keyOf(place))) ?? []);
  return { page: { view, events, more: places.length > page.limit }, whole };
}

/** The entries that came since an answer was found; undefined when it cannot be brought up to date. */
function newSince(old: LogView, now: LogView): readonly LogSpan[] | undefined {
  const spans: LogSpan[] = [];
  if (old.size !== now.size) return undefined;
  for (const [log, { size, minimumIndex }] of now) {
    const before = old.get(log);
    if (before === undefined || before.minimumIndex !== minimumIndex || before.size > size) return undefined;
    if (size > before.size) spans.push({ log, from: before.size, to: size });
  }
  return entriesIn(spans) <= refreshLimit ? spans : undefined;
}

/**
 * A cached answer together with what came since. The first of the union are among the first of the answer
 * and the new ones, so nothing else has to be looked at.
 */
async function refreshed(
  { entries }: SearchParts,
  cached: CachedPage,
  now: { readonly view: LogView; readonly condition: Condition; readonly page: PageOrder },
): Promise<CachedPage | undefined> {
  const spans = newSince(cached.view, now.view);
  if (spans === undefined) return undefined;
  if (spans.length === 0) return cached;
  const added = await readTail(entries, spans, now.condition);
  const byKey = new Map(cached.events.map((found) => [keyOf(found), found]));
  for (const entry of added) {
    const found = foundOf(entry);
    if (found !== undefined) byKey.set(keyOf(entry), found);
  }
  const { after, limit } = now.page;
  const places = firstPlaces([...byKey.values()].map(placeOfFound), { after, limit: limit + 1 });
  return {
    view: now.view,
    events: places.slice(0, limit).map((place) => byKey.get(keyOf(place)) as FoundEvent),
    more: cached.more || places.length > limit,
  };
}

/** Searches: what was acknowledged before the call is found, whatever the state of the index. */
export function createSearch(parts: SearchParts) {
  const { ledger, follower, cache } = parts;

  return async (condition: Condition, page: PageOrder): Promise<SearchPage> => {
    const key = JSON.stringify([condition, page.after, page.limit]);
    const cached = cache.get(key);
    const { view } = takeSnapshot(ledger, condition, null);
    let answer = cached === undefined ? undefined : await refreshed(parts, cached, { view, condition, page });
    if (answer === undefined) {
      const { page: found, whole } = await whileItHolds(follower, (positions) =>
        findPage(parts, takeSnapshot(ledger, condition, positions), {
          condition,
          page,
          away: positions === null,
        }),
      );
      answer = found;
      if (whole) cache.set(key, answer);
    } else if (answer !== cached) cache.set(key, answer);
    const last = answer.events.at(-1);
    return { events: answer.events, next: answer.more && last !== undefined ? placeOfFound(last) : null };
  };
}
