import { defaultLimits } from '../../metrics/types.ts';
import { writeFixed } from '../../promql/number-text.ts';
import type { Refusal, Series } from '../../types.ts';
import type { createRefusals } from '../door.ts';
import type { SampleColumns } from '../sample-columns.ts';
import { classicBuckets } from './exponential.ts';
import type { DataPoint, ExponentialPoint, HistogramPoint, NumberPoint, SummaryPoint } from './messages.ts';
import type { PointSeries } from './point-series.ts';
import type { RunningSums } from './running-sums.ts';

/** Where the points of one metric go. A point is written with all its series or refused as one. */
export interface Writing {
  readonly columns: SampleColumns;
  readonly refusals: ReturnType<typeof createRefusals>;
  readonly sums: RunningSums;
  readonly nowMs: number;
  /** Whether the points are what was added since those before. */
  readonly delta: boolean;
  readonly series: (point: DataPoint) => PointSeries;
}

/** A point with its place in time, ms. */
interface Placed {
  readonly place: PointSeries;
  readonly timeMs: number;
  /** When what it counts began; 0 when it does not say. */
  readonly startMs: number;
}

/** One sample of a point. */
interface Part {
  readonly suffix: string;
  readonly extra?: readonly [name: string, value: string];
  readonly value: number;
  /** The value is the sum so far already, though the point is a delta. */
  readonly summed?: boolean;
}

/** Deltas are of minutes; a start further back is that of the program. */
const longestDeltaMs = 3_600_000;

const refuse = ({ refusals }: Writing, reason: Refusal['reason'], message: string): undefined => {
  refusals.add({ reason, message, count: 1 });
};

/** Where a point stands. Undefined when it has no time that can be, or ends its series instead of having a value. */
function placed(point: DataPoint, writing: Writing): Placed | undefined {
  const timeMs = Math.floor((point.timeUnixNano ?? 0) / 1000);
  if (timeMs <= 0) return refuse(writing, 'unreadable', 'A data point needs a time.');
  // Looked at here and not only in the store: a delta far ahead would make all that follow it too old.
  if (timeMs > writing.nowMs + defaultLimits.futureMs) {
    const minutes = defaultLimits.futureMs / 60_000;
    const message = `A data point is more than ${minutes} minutes ahead of this server's clock.`;
    return refuse(writing, 'time_in_future', message);
  }
  const place = writing.series(point);
  // "No recorded value": what the series of the point have been so far ends here.
  if (((point.flags ?? 0) & 1) === 1) {
    for (const series of place.known()) writing.columns.addStale(series, timeMs);
    return undefined;
  }
  return { place, timeMs, startMs: Math.floor((point.startTimeUnixNano ?? 0) / 1000) };
}

/**
 * Writes the samples of a point; false when it was refused. The first of them, which every point of its kind
 * has, tells its turn.
 */
function write({ place, timeMs, startMs }: Placed, parts: readonly Part[], writing: Writing): boolean {
  const { columns, refusals, sums, delta } = writing;
  const series: Series[] = [];
  for (const { suffix, extra } of parts) {
    const found = place.find(suffix, extra);
    if (!('ref' in found)) {
      refusals.add({ ...found, count: 1 });
      return false;
    }
    series.push(found);
  }
  if (!delta) {
    for (const [at, part] of parts.entries()) columns.add(series[at]!, timeMs, part.value);
    return true;
  }
  const turn = sums.turn(series[0]!, timeMs, parts[0]!.value);
  if (turn === 'late') {
    refuse(writing, 'out_of_order', 'A delta is not newer than the one before it.');
    return false;
  }
  // A zero where the first delta begins: so its own count is not lost to `rate`, nor after a restart of ours.
  const zeroMs = startMs + 1;
  const zero = turn === 'first' && zeroMs < timeMs && timeMs - zeroMs <= longestDeltaMs;
  for (const [at, part] of parts.entries()) {
    const of = series[at]!;
    if (zero) columns.add(of, zeroMs, 0);
    columns.add(of, timeMs, part.summed === true ? part.value : sums.add(of, timeMs, part.value));
  }
  return true;
}

export function writeNumbers(points: readonly NumberPoint[], writing: Writing): void {
  for (const point of points) {
    const at = placed(point, writing);
    if (at === undefined) continue;
    write(at, [{ suffix: '', value: point.asDouble ?? point.asInt ?? 0 }], writing);
  }
}

interface Histogram {
  /** Upper bounds in order, each with what fell between it and the one before. */
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number | undefined;
}

/** `_count`, `_bucket` for each bound and `+Inf`, and `_sum` where there is one. */
function classicParts({ buckets, count, sum }: Histogram, summed = false): Part[] {
  const parts: Part[] = [{ suffix: '_count', value: count }];
  let soFar = 0;
  for (const { bound, count: inside } of buckets) {
    soFar += inside;
    parts.push({ suffix: '_bucket', extra: ['le', writeFixed(bound)], value: soFar, summed });
  }
  parts.push({ suffix: '_bucket', extra: ['le', '+Inf'], value: count });
  if (sum !== undefined) parts.push({ suffix: '_sum', value: sum });
  return parts;
}

export function writeHistogram(points: readonly HistogramPoint[], writing: Writing): void {
  for (const point of points) {
    const at = placed(point, writing);
    if (at === undefined) continue;
    const { explicitBounds = [], bucketCounts = [], count = 0, sum } = point;
    if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) {
      refuse(writing, 'unreadable', 'A histogram needs one bucket more than it has bounds.');
      continue;
    }
    const bounds = bucketCounts.length === 0 ? [] : explicitBounds;
    const buckets = bounds.map((bound, index) => ({ bound, count: bucketCounts[index] ?? 0 }));
    write(at, classicParts({ buckets, count, sum }), writing);
  }
}

export function writeExponential(points: readonly ExponentialPoint[], writing: Writing): void {
  for (const point of points) {
    const at = placed(point, writing);
    if (at === undefined) continue;
    const { count = 0, sum } = point;
    const buckets = classicBuckets(point);
    const key = writing.delta ? at.place.find('_count') : undefined;
    if (key === undefined || !('ref' in key) || writing.sums.turn(key, at.timeMs, count) === 'late') {
      write(at, classicParts({ buckets, count, sum }), writing);
      continue;
    }
    // Deltas bring other bounds each, so their buckets are summed as a whole.
    const soFar = writing.sums.withBuckets(key, at.timeMs, buckets);
    if (soFar === undefined) {
      refuse(writing, 'unsupported', 'An exponential histogram of deltas came to have too many bounds.');
    } else if (write(at, classicParts({ buckets: soFar, count, sum }, true), writing)) {
      writing.sums.keepBuckets(key, at.timeMs, soFar);
    }
  }
}

export function writeSummary(points: readonly SummaryPoint[], writing: Writing): void {
  for (const point of points) {
    const at = placed(point, writing);
    if (at === undefined) continue;
    const quantiles = (point.quantileValues ?? []).map(({ quantile = 0, value = 0 }): Part => ({
      suffix: '',
      extra: ['quantile', writeFixed(quantile)],
      value,
    }));
    const counts = [
      { suffix: '_count', value: point.count ?? 0 },
      { suffix: '_sum', value: point.sum ?? 0 },
    ];
    write(at, [...counts, ...quantiles], writing);
  }
}
