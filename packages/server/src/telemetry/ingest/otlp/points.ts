import { writeFixed } from '../../promql/number-text.ts';
import type { Refusal, Series } from '../../types.ts';
import type { createRefusals } from '../door.ts';
import type { SampleColumns } from '../sample-columns.ts';
import { classicBuckets } from './exponential.ts';
import type { ExponentialPoint, HistogramPoint, NumberPoint, SummaryPoint } from './messages.ts';
import type { KeyValue } from './values.ts';
import type { PointSeries } from './point-series.ts';
import type { RunningSums } from './running-sums.ts';

interface Point {
  readonly attributes?: readonly KeyValue[];
  readonly timeUnixNano?: number;
  readonly flags?: number;
}

/** Where the points of one metric go. */
export interface Writing {
  readonly columns: SampleColumns;
  readonly refusals: ReturnType<typeof createRefusals>;
  readonly sums: RunningSums;
  /** Whether the points are what was added since those before. */
  readonly delta: boolean;
  readonly series: (point: Point) => PointSeries;
}

const notNewer = 'A delta is not newer than the one before it.';

const refusal = (reason: Refusal['reason'], message: string, count = 1): Refusal => ({
  reason,
  message,
  count,
});

/** The time of a point in ms. A point without one, or without a value, writes no samples. */
function timeOf(point: Point, place: PointSeries, { columns, refusals }: Writing): number | undefined {
  const timeMs = Math.floor((point.timeUnixNano ?? 0) / 1000);
  if (timeMs <= 0) {
    refusals.add(refusal('unreadable', 'A data point needs a time.'));
    return undefined;
  }
  // "No recorded value": what the series of the point have been so far ends here.
  if (((point.flags ?? 0) & 1) === 1) {
    for (const series of place.known()) columns.addStale(series, timeMs);
    return undefined;
  }
  return timeMs;
}

function put(series: Series | Refusal, sample: { timeMs: number; value: number }, writing: Writing): void {
  const { columns, refusals, sums, delta } = writing;
  if (!('ref' in series)) {
    refusals.add({ ...series, count: 1 });
    return;
  }
  const value = delta ? sums.add(series, sample.timeMs, sample.value) : sample.value;
  if (value === undefined) refusals.add(refusal('out_of_order', notNewer));
  else columns.add(series, sample.timeMs, value);
}

export function writeNumbers(points: readonly NumberPoint[], writing: Writing): void {
  for (const point of points) {
    const place = writing.series(point);
    const timeMs = timeOf(point, place, writing);
    if (timeMs === undefined) continue;
    put(place.find(''), { timeMs, value: point.asDouble ?? point.asInt ?? 0 }, writing);
  }
}

/** Writes `_bucket` for each bound and `+Inf`, `_count`, and `_sum` where there is one. */
function writeClassic(
  place: PointSeries,
  histogram: {
    readonly timeMs: number;
    readonly buckets: readonly { readonly bound: number; readonly count: number }[];
    readonly count: number;
    readonly sum: number | undefined;
  },
  { buckets: bucketWriting, others }: { readonly buckets: Writing; readonly others: Writing },
): void {
  const { timeMs, buckets, count, sum } = histogram;
  let soFar = 0;
  for (const { bound, count: inside } of buckets) {
    soFar += inside;
    put(place.find('_bucket', ['le', writeFixed(bound)]), { timeMs, value: soFar }, bucketWriting);
  }
  put(place.find('_bucket', ['le', '+Inf']), { timeMs, value: count }, others);
  put(place.find('_count'), { timeMs, value: count }, others);
  if (sum !== undefined) put(place.find('_sum'), { timeMs, value: sum }, others);
}

export function writeHistogram(points: readonly HistogramPoint[], writing: Writing): void {
  for (const point of points) {
    const place = writing.series(point);
    const timeMs = timeOf(point, place, writing);
    if (timeMs === undefined) continue;
    const { explicitBounds = [], bucketCounts = [], count = 0, sum } = point;
    if (bucketCounts.length > 0 && bucketCounts.length !== explicitBounds.length + 1) {
      writing.refusals.add(refusal('unreadable', 'A histogram needs one bucket more than it has bounds.'));
      continue;
    }
    const buckets =
      bucketCounts.length === 0
        ? []
        : explicitBounds.map((bound, at) => ({ bound, count: bucketCounts[at] ?? 0 }));
    writeClassic(place, { timeMs, buckets, count, sum }, { buckets: writing, others: writing });
  }
}

export function writeExponential(points: readonly ExponentialPoint[], writing: Writing): void {
  for (const point of points) {
    const place = writing.series(point);
    const timeMs = timeOf(point, place, writing);
    if (timeMs === undefined) continue;
    let buckets: ReturnType<typeof classicBuckets> | undefined = classicBuckets(point);
    if (writing.delta) {
      const key = place.find('_count');
      buckets = 'ref' in key ? writing.sums.addBuckets(key, timeMs, buckets) : [];
    }
    if (buckets === undefined) {
      writing.refusals.add(refusal('out_of_order', notNewer));
      continue;
    }
    const { count = 0, sum } = point;
    // Buckets of deltas have been summed as a whole, since each delta brings other bounds.
    const summed = { ...writing, delta: false };
    writeClassic(place, { timeMs, buckets, count, sum }, { buckets: summed, others: writing });
  }
}

export function writeSummary(points: readonly SummaryPoint[], writing: Writing): void {
  for (const point of points) {
    const place = writing.series(point);
    const timeMs = timeOf(point, place, writing);
    if (timeMs === undefined) continue;
    for (const { quantile = 0, value = 0 } of point.quantileValues ?? []) {
      put(place.find('', ['quantile', writeFixed(quantile)]), { timeMs, value }, writing);
    }
    put(place.find('_count'), { timeMs, value: point.count ?? 0 }, writing);
    put(place.find('_sum'), { timeMs, value: point.sum ?? 0 }, writing);
  }
}
