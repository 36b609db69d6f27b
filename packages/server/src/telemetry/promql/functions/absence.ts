import { emptyColumn, hasSamples, type Column } from '../evaluate/column.ts';
import { labelSetOf, metricName, noLabels, type LabelSet } from '../label-set.ts';
import { withoutParentheses, type Expression } from '../syntax/ast.ts';
import type { VectorFunction } from './vector-functions.ts';

/** The labels that a missing series would certainly have: those that exactly one matcher fixes. */
function expectedLabels(argument: Expression): LabelSet {
  const inner = withoutParentheses(argument);
  const selector = inner.kind === 'matrix-selector' ? inner.selector : inner;
  if (selector.kind !== 'vector-selector') return noLabels;
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, operator, value } of selector.matchers) {
    if (name === metricName) continue;
    if (operator === '=' && !seen.has(name)) {
      labels.set(name, value);
      seen.add(name);
    } else labels.delete(name);
  }
  return labelSetOf(Object.fromEntries(labels));
}

/** One column with 1 at the steps where `present` is 0. */
function whereAbsent(argument: Expression, present: Uint8Array): readonly Column[] {
  const column = emptyColumn(expectedLabels(argument), present.length);
  column.values.fill(1);
  column.present.set(present.map((flag) => 1 - flag));
  return hasSamples(column) ? [column] : [];
}

const absent: VectorFunction = async ({ evaluator, args, steps }) => {
  const present = new Uint8Array(steps.count);
  for (const column of await evaluator.vector(args[0]!, steps)) {
    for (let step = 0; step < present.length; step += 1) present[step]! |= column.present[step]!;
  }
  return whereAbsent(args[0]!, present);
};

const absentOverTime: VectorFunction = async ({ evaluator, args, steps }) => {
  const { series, endOf, rangeMs } = await evaluator.range(args[0]!, steps);
  const present = new Uint8Array(steps.count);
  for (const { timestamps } of series) {
    await evaluator.run.budget.pause();
    let next = 0;
    for (let step = 0; step < present.length; step += 1) {
      const end = endOf(step);
      while (next < timestamps.length && timestamps[next]! <= end) next += 1;
      if (next > 0 && timestamps[next - 1]! > end - rangeMs) present[step] = 1;
    }
  }
  return whereAbsent(args[0]!, present);
};

export const absenceFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['absent', absent],
  ['absent_over_time', absentOverTime],
]);
