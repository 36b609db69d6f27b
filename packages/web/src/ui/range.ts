/** Time ranges that the address can name. */
export const ranges = {
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

/** The window that an address asks for; the present is taken in whole steps so that it can be cached. */
export function windowOf(search: RangeSearch, now: number): TimeWindow {
  if (search.from !== undefined && search.to !== undefined && search.from < search.to) {
    return { from: search.from, to: search.to, name: null };
  }
  const name: RangeName = Object.hasOwn(ranges, search.range ?? '') ? (search.range as RangeName) : '24h';
  const length = ranges[name][1];
  const step = Math.max(15_000, length / 300);
  const to = Math.ceil(now / step) * step;
  return { from: to - length, to, name };
}
