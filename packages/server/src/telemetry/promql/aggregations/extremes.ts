import type { Aggregator } from './accumulator.ts';

/** The best value of each step; NaN stays only when there is nothing else. */
const extreme =
  (better: (value: number, best: number) => boolean): Aggregator =>
  (count) => {
    const best = new Float64Array(count).fill(Number.NaN);
    return {
      add(step, value) {
        if (better(value, best[step]!) || Number.isNaN(best[step]!)) best[step] = value;
      },
      resultAt: (step) => best[step]!,
    };
  };

export const extremeAggregators: ReadonlyMap<string, Aggregator> = new Map([
  ['min', extreme((value, best) => value < best)],
  ['max', extreme((value, best) => value > best)],
]);
