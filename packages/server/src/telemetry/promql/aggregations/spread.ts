import { addToVariance, createVariance, varianceOf } from '../deviation.ts';
import { quantileOf } from '../quantile.ts';
import type { Aggregator } from './accumulator.ts';

const variance =
  (result: (value: number) => number): Aggregator =>
  (count) => {
    const running = Array.from({ length: count }, createVariance);
    return {
      add: (step, value) => addToVariance(running[step]!, value),
      resultAt: (step) => result(varianceOf(running[step]!)),
    };
  };

const quantile: Aggregator = (count, parameters) => {
  const values: number[][] = Array.from({ length: count }, () => []);
  return {
    add: (step, value) => void values[step]!.push(value),
    resultAt: (step) => quantileOf(parameters[step]!, values[step]!),
  };
};

/** Population variance and deviation, and quantiles. */
export const spreadAggregators: ReadonlyMap<string, Aggregator> = new Map([
  ['stdvar', variance((value) => value)],
  ['stddev', variance(Math.sqrt)],
  ['quantile', quantile],
]);
