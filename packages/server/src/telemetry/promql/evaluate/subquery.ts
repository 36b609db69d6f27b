import { executionError } from '../errors.ts';
import type { Subquery } from '../syntax/ast.ts';
import { timeOf, type Steps } from './column.ts';
import type { Evaluator, RangeSeries, RangeVector } from './evaluator.ts';
import { referenceTime } from './time-modifiers.ts';

/**
 * Evaluates the inner expression at multiples of the subquery's step, counted from the epoch and not from
 * the query, over everything that the windows of all steps cover.
 */
export async function evaluateSubquery(
  evaluator: Evaluator,
  subquery: Subquery,
  steps: Steps,
): Promise<RangeVector> {
  const { run } = evaluator;
  const endOf = referenceTime(subquery, steps, run);
  const stepMs = subquery.stepMs ?? run.subqueryStepMs;
  const { rangeMs } = subquery;
  const opensAt = endOf(0) - rangeMs;
  const startMs = Math.floor(opensAt / stepMs) * stepMs + stepMs;
  const count = Math.floor((endOf(steps.count - 1) - startMs) / stepMs) + 1;
  if (count <= 0) return { series: [], rangeMs, endOf };
  if (count > run.budget.limits.maxSamples) {
    throw executionError(
      `a subquery asks for ${count} steps, more than ${run.budget.limits.maxSamples} samples may be held`,
    );
  }
  const inner: Steps = { startMs, stepMs, count };
  const series: RangeSeries[] = [];
  for (const column of await evaluator.vector(subquery.inner, inner)) {
    await run.budget.pause();
    let samples = 0;
    for (const flag of column.present) samples += flag;
    if (samples === 0) continue;
    run.budget.charge(samples);
    const timestamps = new Float64Array(samples);
    const values = new Float64Array(samples);
    let at = 0;
    for (let step = 0; step < count; step += 1) {
      if (column.present[step] === 0) continue;
      timestamps[at] = timeOf(inner, step);
      values[at] = column.values[step]!;
      at += 1;
    }
    series.push({ labels: column.labels, dropName: column.dropName, timestamps, values });
  }
  return { series, rangeMs, endOf };
}
