import { addCompensated, totalOf } from '../compensated-sum.ts';
import { addToMean, createMean, meanOf } from '../mean.ts';
import type { Aggregator } from './accumulator.ts';

const sum: Aggregator = (count) => {
  const sums = new Float64Array(count);
  const compensations = new Float64Array(count);
  const running = { sum: 0, compensation: 0 };
  return {
    add(step, value) {
      running.sum = sums[step]!;
      running.compensation = compensations[step]!;
      addCompensated(running, value);
      sums[step] = running.sum;
      compensations[step] = running.compensation;
    },
    resultAt: (step) => totalOf({ sum: sums[step]!, compensation: compensations[step]! }),
  };
};

const average: Aggregator = (count) => {
  const means = Array.from({ length: count }, createMean);
  return {
    add: (step, value) => addToMean(means[step]!, value),
    resultAt: (step) => meanOf(means[step]!),
  };
};

export const sumAggregators: ReadonlyMap<string, Aggregator> = new Map([
  ['sum', sum],
  ['avg', average],
]);
