/** Classic histograms: cumulative counts with inclusive upper bounds, as their `_bucket` series have them. */
export interface Bucket {
  readonly upperBound: number;
  count: number;
}

const tolerance = 1e-12;

function almostEqual(a: number, b: number): boolean {
  const difference = Math.abs(a - b);
  return difference === 0 || difference / (Math.abs(a) + Math.abs(b)) < tolerance;
}

/** Where counts fell with rising bounds by more than rounding and had to be lifted, and by how much at most. */
export interface Lifted {
  readonly fromBound: number;
  readonly toBound: number;
  readonly most: number;
}

interface Prepared {
  readonly buckets: readonly Bucket[];
  readonly lifted: Lifted | undefined;
}

/** Ordered buckets with equal bounds merged and counts that never fall; `undefined` without a +Inf bucket. */
function prepare(unordered: readonly Bucket[]): Prepared | undefined {
  const ordered = unordered.toSorted((a, b) => a.upperBound - b.upperBound || 0);
  if (ordered.at(-1)?.upperBound !== Infinity) return undefined;
  const buckets: Bucket[] = [];
  for (const { upperBound, count } of ordered) {
    const last = buckets.at(-1);
    if (last?.upperBound === upperBound) last.count += count;
    else buckets.push({ upperBound, count });
  }
  let lifted: Lifted | undefined;
  let before = buckets[0]!.count;
  for (const bucket of buckets.slice(1)) {
    if (almostEqual(before, bucket.count)) bucket.count = before;
    else if (bucket.count < before) {
      const { upperBound: toBound } = bucket;
      const most = Math.max(lifted?.most ?? 0, before - bucket.count);
      lifted = { fromBound: lifted?.fromBound ?? toBound, toBound, most };
      bucket.count = before;
    } else before = bucket.count;
  }
  return { buckets, lifted };
}

/**
 * The φ-quantile by linear interpolation within the bucket that it falls into (Prometheus's
 * `histogram_quantile`). The lowest bucket starts at 0 unless its bound is not positive; what falls into the
 * +Inf bucket is answered with the highest finite bound. NaN without observations or without a +Inf bucket.
 */
export function bucketQuantile(
  phi: number,
  unordered: readonly Bucket[],
): { readonly value: number; readonly lifted: Lifted | undefined } {
  const answer = (value: number, lifted?: Lifted) => ({ value, lifted });
  if (Number.isNaN(phi)) return answer(Number.NaN);
  if (phi < 0) return answer(-Infinity);
  if (phi > 1) return answer(Infinity);
  const prepared = prepare(unordered);
  if (prepared === undefined) return answer(Number.NaN);
  const { buckets, lifted } = prepared;
  const highest = buckets.length - 1;
  const observations = buckets[highest]!.count;
  if (buckets.length < 2 || observations === 0) return answer(Number.NaN, lifted);
  const rank = phi * observations;
  let index = 0;
  while (index < highest && !(buckets[index]!.count >= rank)) index += 1;
  if (index === highest) return answer(buckets[highest - 1]!.upperBound, lifted);
  const { upperBound, count } = buckets[index]!;
  if (index === 0 && upperBound <= 0) return answer(upperBound, lifted);
  const lower = index === 0 ? { upperBound: 0, count: 0 } : buckets[index - 1]!;
  const share = (rank - lower.count) / (count - lower.count);
  return answer(lower.upperBound + (upperBound - lower.upperBound) * share, lifted);
}

/** The observations below `bound`, interpolated within a bucket unless it is infinitely wide. */
function rankOf(bound: number, buckets: readonly Bucket[]): number {
  let rank = 0;
  let lowerBound = buckets[0]!.upperBound <= 0 ? -Infinity : 0;
  for (const { upperBound, count } of buckets) {
    if (lowerBound >= bound) return rank;
    if (upperBound > bound) {
      if (lowerBound === -Infinity) return count;
      if (upperBound === Infinity) return rank;
      return rank + (count - rank) * ((bound - lowerBound) / (upperBound - lowerBound));
    }
    rank = count;
    lowerBound = upperBound;
  }
  return rank;
}

/** The share of observations between two bounds (Prometheus's `histogram_fraction`). */
export function bucketFraction(lower: number, upper: number, unordered: readonly Bucket[]): number {
  const buckets = prepare(unordered)?.buckets;
  if (buckets === undefined) return Number.NaN;
  const observations = buckets.at(-1)!.count;
  if (observations === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, buckets) - rankOf(lower, buckets)) / observations;
}
