/** Time ranges that the address can name. */
export const ranges = {
  '5m': ['5 m', 300_000],
  '15m': ['15 m', 900_000],
  '30m': ['30 m', 1_800_000],
  '1h': ['1 h', 3_600_000],
  '6h': ['6 h', 21_600_000],
  '24h': ['24 h', 86_400_000],
  '7d': ['7 d', 604_800_000],
  '30d': ['30 d', 2_592_000_000],
  '90d': ['90 d', 7_776_000_000],
} as const;
export type RangeName = keyof typeof ranges;

export interface RangeSearch {
  readonly range?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
  /** Null when from and to were chosen by hand. */
  readonly name: RangeName | null;
}

/** The shortest range that holds all there is, up to a day. */
function rangeFor(since: number | undefined, now: number): RangeName {
  const age = since === undefined ? Number.POSITIVE_INFINITY : now - since;
  if (age <= ranges['1h'][1]) return '1h';
  return age <= ranges['6h'][1] ? '6h' : '24h';
}

/**
 * The window that an address asks for, or else a day, or less for what began at `since`. The present is
 * taken in whole steps so that it can be cached.
 */
export function windowOf(search: RangeSearch, now: number, since?: number): TimeWindow {
  if (search.from !== undefined && search.to !== undefined && search.from < search.to) {
    return { from: search.from, to: search.to, name: null };
  }
  const name = Object.hasOwn(ranges, search.range ?? '') ? (search.range as RangeName) : rangeFor(since, now);
  const length = ranges[name][1];
  const step = Math.max(5_000, length / 300);
  const to = Math.ceil(now / step) * step;
  return { from: to - length, to, name };
}
