import type { ExponentialBuckets, ExponentialPoint } from './messages.ts';

/**
 * Two buckets for each doubling: boundaries of a finer scale fall together into these exactly, and a
 * latency histogram has some thirty series. A coarser one keeps its own.
 */
const finestScale = 1;
/** Buckets of one histogram; a scale that gives more is made coarser. */
const mostBuckets = 160;
const coarsestScale = -10;

interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** Counts by index at `scale`, from those at a finer or the same scale. */
function merged(buckets: ExponentialBuckets | undefined, shift: number): Map<number, number> {
  const counts = new Map<number, number>();
  const { offset = 0, bucketCounts = [] } = buckets ?? {};
  for (const [at, count] of bucketCounts.entries()) {
    const index = Math.floor((offset + at) / 2 ** shift);
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  return counts;
}

function scaleFor(point: ExponentialPoint): number {
  const given = point.scale ?? 0;
  const length = Math.max(
    point.positive?.bucketCounts?.length ?? 0,
    point.negative?.bucketCounts?.length ?? 0,
  );
  let scale = Math.min(given, finestScale);
  while (scale > coarsestScale && length / 2 ** (given - scale) > mostBuckets) scale -= 1;
  return scale;
}

/**
 * The buckets of an exponential histogram as classic ones: upper bounds in order, each with what fell
 * between it and the one before. Bounds are powers of `2^(2^-scale)` (OpenTelemetry's metrics data model,
 * "ExponentialHistogram"). A negative bucket holds its lower bound there and its upper one here, which
 * no measurement of a double will notice.
 */
export function classicBuckets(point: ExponentialPoint): readonly Bucket[] {
  const given = point.scale ?? 0;
  const scale = scaleFor(point);
  const shift = given - scale;
  const power = (index: number): number => 2 ** (index * 2 ** -scale);
  const negative = [...merged(point.negative, shift)]
    .toSorted(([left], [right]) => right - left)
    .map(([index, count]) => ({ bound: -power(index), count }));
  const positive = [...merged(point.positive, shift)]
    .toSorted(([left], [right]) => left - right)
    .map(([index, count]) => ({ bound: power(index + 1), count }));
  const zero = { bound: point.zeroThreshold ?? 0, count: point.zeroCount ?? 0 };
  // What lies beyond the largest double is in +Inf, which every histogram has.
  return [...negative, zero, ...positive].filter(({ bound }) => Number.isFinite(bound));
}
