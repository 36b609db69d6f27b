import type { Aggregator, Group } from '../aggregations/accumulator.ts';
import { countValues } from '../aggregations/count-values.ts';
import { countAggregators } from '../aggregations/counts.ts';
import { extremeAggregators } from '../aggregations/extremes.ts';
import { rank } from '../aggregations/ranking.ts';
import { spreadAggregators } from '../aggregations/spread.ts';
import { sumAggregators } from '../aggregations/sums.ts';
import { warnOfQuantiles } from '../functions/histograms.ts';
import { byLabels, dropLabels, keepLabels, metricName, type LabelSet } from '../label-set.ts';
import { withoutParentheses, type Aggregation } from '../syntax/ast.ts';
import { emptyColumn, type Column, type Steps } from './column.ts';
import type { Evaluator, Run } from './evaluator.ts';

const aggregators: ReadonlyMap<string, Aggregator> = new Map([
  ...sumAggregators,
  ...extremeAggregators,
  ...countAggregators,
  ...spreadAggregators,
]);

/** The labels that stay: those of `by`, or all but those of `without` and the metric name. */
function groupLabels({ grouping, without }: Aggregation): (labels: LabelSet) => LabelSet {
  const names = new Set(without ? [...grouping, metricName] : grouping);
  return without ? (labels) => dropLabels(labels, names) : (labels) => keepLabels(labels, names);
}

function groupColumns(aggregation: Aggregation, columns: readonly Column[]): Group[] {
  const keep = groupLabels(aggregation);
  const groups = new Map<string, { readonly labels: LabelSet; readonly members: Column[] }>();
  for (const column of columns) {
    const labels = keep(column.labels);
    const group = groups.get(labels.key);
    if (group === undefined) groups.set(labels.key, { labels, members: [column] });
    else group.members.push(column);
  }
  return [...groups.values()];
}

interface Reduction {
  readonly aggregator: Aggregator;
  readonly groups: readonly Group[];
  readonly parameters: Float64Array;
  readonly count: number;
}

async function reduce(
  run: Run,
  { aggregator, groups, parameters, count }: Reduction,
): Promise<readonly Column[]> {
  const results: Column[] = [];
  for (const { labels, members } of groups) {
    run.budget.charge(count);
    const accumulator = aggregator(count, parameters);
    // A group loses its name when any of its members was to lose it.
    const result = emptyColumn(
      labels,
      count,
      members.some((member) => member.dropName),
    );
    for (const { values, present } of members) {
      const pause = run.budget.pause();
      if (pause !== undefined) await pause;
      for (let step = 0; step < count; step += 1) {
        if (present[step] === 0) continue;
        accumulator.add(step, values[step]!);
        result.present[step] = 1;
      }
    }
    for (let step = 0; step < count; step += 1) {
      if (result.present[step] === 1) result.values[step] = accumulator.resultAt(step);
    }
    results.push(result);
  }
  return results;
}

/** NaN if there is any, the greatest and the least: Prometheus warns an aggregation of these, not of each. */
function extremesOf(parameters: Float64Array): Float64Array {
  const numbers = parameters.filter((value) => !Number.isNaN(value));
  const extremes =
    numbers.length === 0
      ? []
      : [numbers.reduce((a, b) => Math.max(a, b)), numbers.reduce((a, b) => Math.min(a, b))];
  return Float64Array.from(numbers.length < parameters.length ? [Number.NaN, ...extremes] : extremes);
}

/** Evaluates an aggregation over all steps. */
export async function aggregate(
  evaluator: Evaluator,
  aggregation: Aggregation,
  steps: Steps,
): Promise<readonly Column[]> {
  const { run } = evaluator;
  const { operator, inner, parameter } = aggregation;
  const isText = operator === 'count_values';
  const parameters =
    parameter === undefined || isText ? new Float64Array(0) : await evaluator.scalar(parameter, steps);
  const ranks = operator === 'topk' || operator === 'bottomk';
  const columns = await evaluator.vector(inner, steps);
  // Of equal values those stay that come first, so the order must not depend on the storage.
  const groups = groupColumns(aggregation, ranks ? columns.toSorted(byLabels) : columns);
  if (isText) return countValues(run, evaluator.text(parameter!), { groups, count: steps.count });
  if (ranks) return rank(run, operator, { groups, parameters });
  if (operator === 'quantile') {
    warnOfQuantiles(run, extremesOf(parameters), withoutParentheses(parameter!).span);
  }
  return reduce(run, { aggregator: aggregators.get(operator)!, groups, parameters, count: steps.count });
}
