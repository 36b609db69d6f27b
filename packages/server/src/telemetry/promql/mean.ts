import { addCompensated, type CompensatedSum } from './compensated-sum.ts';

/**
 * An arithmetic mean. It sums and divides as long as the sum is finite, since that is the more exact way;
 * when the sum would overflow it goes on with the mean itself, value by value, as Prometheus does.
 */
export interface RunningMean extends CompensatedSum {
  count: number;
  incremental: boolean;
}

export const createMean = (): RunningMean => ({ sum: 0, compensation: 0, count: 0, incremental: false });

/** Takes one more value, in place. */
export function addToMean(mean: RunningMean, value: number): void {
  mean.count += 1;
  if (!mean.incremental) {
    const { sum, compensation } = mean;
    addCompensated(mean, value);
    if (mean.count === 1 || (mean.sum !== Infinity && mean.sum !== -Infinity)) return;
    mean.incremental = true;
    mean.sum = sum / (mean.count - 1);
    mean.compensation = compensation / (mean.count - 1);
  }
  const weight = (mean.count - 1) / mean.count;
  mean.sum *= weight;
  mean.compensation *= weight;
  addCompensated(mean, value / mean.count);
}

export function meanOf(mean: RunningMean): number {
  if (mean.incremental) return mean.sum + mean.compensation;
  return mean.sum / mean.count + mean.compensation / mean.count;
}
