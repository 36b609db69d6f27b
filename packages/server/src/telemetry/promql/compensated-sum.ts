/**
 * A sum with its running compensation (Neumaier's variant of Kahan's summation, as Prometheus uses): the
 * result is `sum + compensation`. Once the sum is infinite there is nothing to compensate.
 */
export interface CompensatedSum {
  sum: number;
  compensation: number;
}

/** Adds `value` in place. */
export function addCompensated(into: CompensatedSum, value: number): void {
  const total = into.sum + value;
  if (total === Infinity || total === -Infinity) into.compensation = 0;
  else if (Math.abs(into.sum) >= Math.abs(value)) into.compensation += into.sum - total + value;
  else into.compensation += value - total + into.sum;
  into.sum = total;
}

/** The sum with its compensation, which an infinite sum does not have. */
export const totalOf = ({ sum, compensation }: CompensatedSum): number =>
  sum === Infinity || sum === -Infinity ? sum : sum + compensation;
