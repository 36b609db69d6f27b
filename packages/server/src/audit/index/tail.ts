import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Condition } from './condition.ts';
import type { Entries } from './entries.ts';
import type { IndexedEntry } from './indexed-entry.ts';
import { matches } from './matches.ts';
import type { LogSpan } from './store.ts';

/** Most entries that one search reads from the logs. */
export const tailLimit = 50_000;

/**
 * How far the order of receipt within a log may differ from that of its indexes, ms: concurrent commits and
 * the clocks of several nodes. Only where not everything can be read does anything depend on it.
 */
const disorderMs = 60_000;
const strideEntries = 1_024;

export interface Tail {
  readonly found: readonly IndexedEntry[];
  /** Everything received after this has been looked at; `-Infinity` when everything has. */
  readonly horizon: number;
}

export const entriesIn = (spans: readonly LogSpan[]): number =>
  spans.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0);

/** Every match in the spans. */
export async function readTail(
  entries: Entries,
  spans: readonly LogSpan[],
  condition: Condition,
): Promise<readonly IndexedEntry[]> {
  const found: IndexedEntry[] = [];
  for (const { log, from, to } of spans) {
    for (let at = from; at < to; at += strideEntries) {
      for (const entry of await entries.range(log, at, Math.min(to, at + strideEntries))) {
        if (matches(entry, condition)) found.push(entry);
      }
      await othersTurn();
    }
  }
  return found;
}

/**
 * Matches in spans that are too long to be read whole: from their ends backwards until `enough` says so, or
 * until the limit.
 */
export async function readTailBackwards(
  entries: Entries,
  spans: readonly LogSpan[],
  search: { readonly condition: Condition; readonly enough: (tail: Tail) => boolean },
): Promise<Tail> {
  const { condition, enough } = search;
  const found: IndexedEntry[] = [];
  const open = spans.map(({ log, from, to }) => ({ log, from, low: to, oldest: Infinity }));
  const horizonNow = (): number =>
    open.reduce(
      (horizon, { from, low, oldest }) => (low <= from ? horizon : Math.max(horizon, oldest + disorderMs)),
      -Infinity,
    );
  let tail: Tail = { found, horizon: Infinity };
  for (let read = 0; read < tailLimit;) {
    const before = read;
    await othersTurn();
    for (const span of open) {
      const low = Math.max(span.from, span.low - strideEntries);
      if (low >= span.low) continue;
      for (const entry of await entries.range(span.log, low, span.low)) {
        if (entry.event !== null) span.oldest = Math.min(span.oldest, entry.receivedTime);
        if (matches(entry, condition)) found.push(entry);
      }
      read += span.low - low;
      span.low = low;
    }
    tail = { found, horizon: horizonNow() };
    if (read === before || enough(tail)) break;
  }
  return tail;
}
