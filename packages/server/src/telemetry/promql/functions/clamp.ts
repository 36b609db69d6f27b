import { joinSameLabels, withoutName } from '../evaluate/column.ts';
import { greater, less } from './mathematics.ts';
import type { VectorFunction } from './vector-functions.ts';

/** `clamp(v, min, max)`: values into the range; nothing at steps where `min` is above `max`. */
const clamp: VectorFunction = async ({ evaluator, args, steps }) => {
  const columns = await evaluator.vector(args[0]!, steps);
  const least = await evaluator.scalar(args[1]!, steps);
  const most = await evaluator.scalar(args[2]!, steps);
  const results = columns.map((column) => ({
    ...withoutName(column, evaluator.run.delayedNameRemoval),
    values: column.values.map((value, step) => greater(least[step]!, less(most[step]!, value))),
    present: column.present.map((flag, step) => (least[step]! > most[step]! ? 0 : flag)),
  }));
  return joinSameLabels(results);
};

export const clampFunctions: ReadonlyMap<string, VectorFunction> = new Map([['clamp', clamp]]);
