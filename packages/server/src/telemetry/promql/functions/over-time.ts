import { addCompensated, totalOf } from '../compensated-sum.ts';
import { addToVariance, createVariance, varianceOf } from '../deviation.ts';
import type { Kernel, RangeFunction, Window } from '../evaluate/range-function.ts';
import { addToMean, createMean, meanOf } from '../mean.ts';
import { quantileOf } from '../quantile.ts';

/** Functions that summarise the samples of a window: `<aggregation>_over_time`. */

const sum: Kernel = ({ values, from, to }) => {
  const total = { sum: 0, compensation: 0 };
  for (let index = from; index < to; index += 1) addCompensated(total, values[index]!);
  return totalOf(total);
};

const average: Kernel = ({ values, from, to }) => {
  const mean = createMean();
  for (let index = from; index < to; index += 1) addToMean(mean, values[index]!);
  return meanOf(mean);
};

/** NaN gives way to any number and stays only when there is nothing else. */
function extreme(better: (value: number, best: number) => boolean): Kernel {
  return ({ values, from, to }) => {
    let best = values[from]!;
    for (let index = from + 1; index < to; index += 1) {
      const value = values[index]!;
      if (better(value, best) || Number.isNaN(best)) best = value;
    }
    return best;
  };
}

function variance({ values, from, to }: Window): number {
  const running = createVariance();
  for (let index = from; index < to; index += 1) addToVariance(running, values[index]!);
  return varianceOf(running);
}

const quantile: Kernel = ({ values, from, to }, phi) =>
  quantileOf(phi, Array.from(values.subarray(from, to)));

export const overTimeFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['sum_over_time', { kernel: sum }],
  ['avg_over_time', { kernel: average }],
  ['min_over_time', { kernel: extreme((value, best) => value < best) }],
  ['max_over_time', { kernel: extreme((value, best) => value > best) }],
  ['count_over_time', { kernel: ({ from, to }: Window) => to - from }],
  ['present_over_time', { kernel: () => 1 }],
  ['last_over_time', { kernel: ({ values, to }: Window) => values[to - 1]!, keepsName: true }],
  ['stdvar_over_time', { kernel: variance }],
  ['stddev_over_time', { kernel: (window: Window) => Math.sqrt(variance(window)) }],
  ['quantile_over_time', { kernel: quantile }],
]);
