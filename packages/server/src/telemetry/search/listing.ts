import type { Columns } from '../../storage/columns/columns.ts';
import { loadRecords } from './store.ts';
import type { FoundRecord, Place, Scope } from './types.ts';

/** The table is sorted by these; spans begin and end with them, so that nothing is read twice. */
const stepMs = 300_000;
/** Each span that is looked at is so many times as long as the one before. */
const growth = 12;

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
  let spanMs = stepMs;
  while (from < to && found.length < limit) {
    const slice =
      order === 'newest'
        ? { from: Math.max(from, Math.floor((to - spanMs) / stepMs) * stepMs), to }
        : { from, to: Math.min(to, Math.ceil((from + spanMs) / stepMs) * stepMs) };
    const missing = limit - found.length;
    found.push(...(await loadRecords(columns, scope, { ...slice, after, order, limit: missing })));
    if (order === 'newest') to = slice.from;
    else from = slice.to;
    spanMs *= growth;
  }
  return found;
}
