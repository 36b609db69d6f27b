import { addCompensated, type CompensatedSum } from './compensated-sum.ts';

/** The population variance by Welford's method with compensated sums. */
export interface RunningVariance {
  count: number;
  readonly mean: CompensatedSum;
  readonly squares: CompensatedSum;
}

export const createVariance = (): RunningVariance => ({
  count: 0,
  mean: { sum: 0, compensation: 0 },
  squares: { sum: 0, compensation: 0 },
});

/** Takes one more value, in place. */
export function addToVariance(variance: RunningVariance, value: number): void {
  const { mean, squares } = variance;
  variance.count += 1;
  const delta = value - (mean.sum + mean.compensation);
  addCompensated(mean, delta / variance.count);
  addCompensated(squares, delta * (value - (mean.sum + mean.compensation)));
}

export const varianceOf = ({ squares, count }: RunningVariance): number =>
  (squares.sum + squares.compensation) / count;
