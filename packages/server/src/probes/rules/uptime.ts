/**
 * Counters behind "uptime 24 h / 7 d / 30 d / 90 d": what was up, degraded and down in each hour of the
 * last week and each day (UTC) of the last year and a bit. A probe counts checks, a service milliseconds.
 * Maintenance, pauses and inconclusive results are in none of them.
 */
export interface Bucket {
  /** Number of the hour or day since the epoch. */
  readonly start: number;
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
}

export interface Uptime {
  /** Oldest first. */
  readonly hours: readonly Bucket[];
  readonly days: readonly Bucket[];
}

export const noUptime: Uptime = { hours: [], days: [] };

export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
const keptHours = 168;
const keptDays = 367;

export type Counted = 'up' | 'degraded' | 'down';

function addTo(buckets: readonly Bucket[], start: number, added: Omit<Bucket, 'start'>): readonly Bucket[] {
  const last = buckets.at(-1);
  if (last === undefined || last.start < start) return [...buckets, { start, ...added }];
  // A clock that was set back meets buckets that exist already.
  const index = buckets.findLastIndex((bucket) => bucket.start <= start);
  const bucket = buckets[index];
  if (bucket === undefined || bucket.start !== start)
    return buckets.toSpliced(index + 1, 0, { start, ...added });
  return buckets.with(index, {
    start,
    up: bucket.up + added.up,
    degraded: bucket.degraded + added.degraded,
    down: bucket.down + added.down,
  });
}

/** Adds a finished hour to its hour and its day, and drops what is too old. */
export function addHour(uptime: Uptime, hour: Bucket): Uptime {
  const { start, up, degraded, down } = hour;
  const added = { up, degraded, down };
  const day = Math.floor((start * hourMs) / dayMs);
  return {
    hours: addTo(uptime.hours, start, added).filter((bucket) => bucket.start > start - keptHours),
    days: addTo(uptime.days, day, added).filter((bucket) => bucket.start > day - keptDays),
  };
}

/** Counts something into the running hour; returns the finished hour too when a new one has begun. */
export function countInto(
  running: Bucket | null,
  at: number,
  counted: { readonly as: Counted; readonly amount: number },
): { readonly running: Bucket; readonly finished: Bucket | null } {
  const start = Math.floor(at / hourMs);
  const same = running !== null && running.start === start;
  const base = same ? running : { start, up: 0, degraded: 0, down: 0 };
  return {
    running: { ...base, [counted.as]: base[counted.as] + counted.amount },
    finished: same ? null : running,
  };
}

export interface Sums {
  readonly up: number;
  readonly degraded: number;
  readonly down: number;
}

/** Sums over the last `days` days: by the hour up to a week, by whole days beyond; the running hour included. */
export function sumsOver(
  { uptime, running }: { readonly uptime: Uptime; readonly running: Bucket | null },
  now: number,
  days: number,
): Sums {
  const byHour = days <= 7;
  const unit = byHour ? hourMs : dayMs;
  const first = Math.floor(now / unit) - (byHour ? days * 24 : days) + 1;
  const sums = { up: 0, degraded: 0, down: 0 };
  const add = (bucket: Bucket): void => {
    sums.up += bucket.up;
    sums.degraded += bucket.degraded;
    sums.down += bucket.down;
  };
  const buckets = byHour ? uptime.hours : uptime.days;
  for (let index = buckets.length - 1; index >= 0; index -= 1) {
    const bucket = buckets[index];
    if (bucket === undefined || bucket.start < first) break;
    add(bucket);
  }
  if (running !== null && Math.floor((running.start * hourMs) / unit) >= first) add(running);
  return sums;
}

/** Share of up and degraded in everything counted, 0 to 1; null when nothing was. */
export function shareUp({ up, degraded, down }: Sums): number | null {
  const total = up + degraded + down;
  return total === 0 ? null : (up + degraded) / total;
}

type Row = readonly [start: number, up: number, degraded: number, down: number];
const toRow = ({ start, up, degraded, down }: Bucket): Row => [start, up, degraded, down];
const fromRow = ([start, up, degraded, down]: Row): Bucket => ({ start, up, degraded, down });

/** Buckets as compact JSON: `[[start, up, degraded, down], ...]`. */
export const packBuckets = (buckets: readonly Bucket[]): string => JSON.stringify(buckets.map(toRow));
export const unpackBuckets = (text: string): readonly Bucket[] =>
  (JSON.parse(text) as readonly Row[]).map(fromRow);
