import type { Columns } from '../../storage/columns/columns.ts';
import { loadRecords } from './store.ts';
import type { FoundRecord, Place, Scope } from './types.ts';

/** Length of the first span of time that is looked at; each next one is `growth` times as long. */
const firstSpanMs = 60_000;
const growth = 6;

export interface ListOptions {
  readonly order: 'newest' | 'oldest';
  readonly limit: number;
  readonly after: Place | null;
}

/**
 * Records of a scope in order. The table is sorted by five minutes and not by time alone, so that it
 * compresses; records at one end of a long span are found by looking at short spans from that end on.
 */
export async function listRecords(
  columns: Columns,
  scope: Scope,
  { order, limit, after }: ListOptions,
): Promise<FoundRecord[]> {
  const found: FoundRecord[] = [];
  let { from, to } = scope;
  if (after !== null) {
    if (order === 'newest') to = Math.min(to, after.timeMs + 1);
    else from = Math.max(from, after.timeMs);
  }
  let spanMs = firstSpanMs;
  while (from < to && found.length < limit) {
    const slice =
      order === 'newest'
        ? { from: Math.max(from, to - spanMs), to }
        : { from, to: Math.min(to, from + spanMs) };
    const missing = limit - found.length;
    // oxlint-disable-next-line no-await-in-loop -- the next span is needed only when this one has too few
    found.push(...(await loadRecords(columns, scope, { ...slice, after, order, limit: missing })));
    if (order === 'newest') to = slice.from;
    else from = slice.to;
    spanMs *= growth;
  }
  return found;
}
