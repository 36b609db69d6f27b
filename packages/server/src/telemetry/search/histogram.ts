import type { LogHistogramView } from '@custos/contract';
import type { Columns } from '../../storage/columns/columns.ts';
import { loadHistogram } from './store.ts';
import type { Scope, SeverityCounts } from './types.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Steps that people read easily. */
const steps: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((count) => count * day),
];

/** The shortest step by which a span has at most `buckets` of them; they begin at whole steps since the epoch. */
export function bucketOf(from: number, to: number, buckets: number): number {
  const count = (step: number): number => Math.ceil(to / step) - Math.floor(from / step);
  const found = steps.find((step) => count(step) <= buckets);
  if (found !== undefined) return found;
  // One more than fits into the span may be needed, since steps begin at whole ones.
  const span = Math.ceil((to - from) / Math.max(1, buckets - 1) / day) * day;
  return count(span) <= buckets ? span : Math.ceil(to / day) * day;
}

/** How many records of a scope each severity has, step by step; steps without records are there, too. */
export async function histogramOf(
  columns: Columns,
  scope: Scope,
  buckets: number,
): Promise<LogHistogramView> {
  const bucketMs = bucketOf(scope.from, scope.to, buckets);
  const start = Math.floor(scope.from / bucketMs) * bucketMs;
  const rows = await loadHistogram(columns, scope, bucketMs);
  const counts: SeverityCounts[] = Array.from(
    { length: Math.ceil((scope.to - start) / bucketMs) },
    () => ({}),
  );
  let total = 0;
  for (const { bucket, severity, count } of rows) {
    const step = counts[bucket];
    if (step !== undefined) step[severity] = count;
    total += count;
  }
  return {
    bucketMs,
    total,
    buckets: counts.map((step, index) => ({ at: start + index * bucketMs, counts: step })),
  };
}
