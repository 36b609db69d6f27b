import { emptyColumn, joinSameLabels, timeOf, withoutName, type Steps } from '../evaluate/column.ts';
import type { CallSite } from '../evaluate/evaluator.ts';
import { noLabels } from '../label-set.ts';
import { withoutParentheses } from '../syntax/ast.ts';
import type { VectorFunction } from './vector-functions.ts';

/** A function that gives one number per step. */
export type ScalarFunction = (site: CallSite) => Promise<Float64Array>;

/** The times of the steps in seconds. */
export const stepTimes = (steps: Steps): Float64Array =>
  Float64Array.from({ length: steps.count }, (_, step) => timeOf(steps, step) / 1000);

/** The only sample of a vector; NaN where there is none or more than one. */
const scalar: ScalarFunction = async ({ evaluator, args, steps }) => {
  const values = new Float64Array(steps.count).fill(Number.NaN);
  const found = new Uint32Array(steps.count);
  for (const column of await evaluator.vector(args[0]!, steps)) {
    for (let step = 0; step < values.length; step += 1) {
      if (column.present[step] === 0) continue;
      found[step]! += 1;
      values[step] = found[step] === 1 ? column.values[step]! : Number.NaN;
    }
  }
  return values;
};

export const scalarFunctions: ReadonlyMap<string, ScalarFunction> = new Map([
  ['scalar', scalar],
  ['time', async ({ steps }) => stepTimes(steps)],
  ['pi', async ({ steps }) => new Float64Array(steps.count).fill(Math.PI)],
]);

const vector: VectorFunction = async ({ evaluator, args, steps }) => {
  const column = emptyColumn(noLabels, steps.count);
  column.values.set(await evaluator.scalar(args[0]!, steps));
  column.present.fill(1);
  return [column];
};

/** The times of samples: their own for a selector, those of the steps for anything calculated. */
const timestamp: VectorFunction = async ({ evaluator, args, steps }) => {
  const inner = withoutParentheses(args[0]!);
  const delayed = evaluator.run.delayedNameRemoval;
  if (inner.kind === 'vector-selector') {
    const times = await evaluator.sampleTimes(inner, steps);
    return joinSameLabels(times.map((column) => ({ ...column, ...withoutName(column, delayed) })));
  }
  const values = stepTimes(steps);
  const columns = await evaluator.vector(inner, steps);
  return joinSameLabels(
    columns.map((column) => ({ ...withoutName(column, delayed), values, present: column.present })),
  );
};

export const conversionFunctions: ReadonlyMap<string, VectorFunction> = new Map([
  ['vector', vector],
  ['timestamp', timestamp],
]);
