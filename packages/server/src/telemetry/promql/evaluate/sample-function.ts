import type { SampleFunction } from '../functions/sample-functions.ts';
import { joinSameLabels, withoutName, type Column } from './column.ts';
import type { Run } from './evaluator.ts';

/** Applies a function to every sample; the metric name goes, since the values mean something else. */
export async function applySampleFunction(
  run: Run,
  apply: SampleFunction,
  { columns, parameter }: { readonly columns: readonly Column[]; readonly parameter: Float64Array },
): Promise<readonly Column[]> {
  const results: Column[] = [];
  for (const column of columns) {
    const pause = run.budget.pause();
    if (pause !== undefined) await pause;
    results.push({
      ...withoutName(column, run.delayedNameRemoval),
      values: column.values.map((value, step) => apply(value, parameter[step]!)),
      present: column.present,
    });
  }
  return joinSameLabels(results);
}
