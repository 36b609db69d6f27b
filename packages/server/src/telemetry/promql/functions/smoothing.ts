import { executionError } from '../errors.ts';
import type { Kernel, RangeFunction } from '../evaluate/range-function.ts';

function checkFactor(factor: number, name: string): void {
  // NaN passes, as in Go.
  if (!(factor <= 0 || factor >= 1)) return;
  const letter = name === 'smoothing' ? 'sf' : 'tf';
  throw executionError(`invalid ${name} factor. Expected: 0 < ${letter} < 1, got: ${factor.toFixed(6)}`);
}

/**
 * Double exponential smoothing (Holt's linear method): the smoothed value at the end of the window. The lower
 * the smoothing factor the more weight old samples have; the higher the trend factor the more the trend counts.
 */
const smoothed: Kernel = ({ values, from, to }, smoothing, trend) => {
  checkFactor(smoothing, 'smoothing');
  checkFactor(trend, 'trend');
  if (to - from < 2) return undefined;
  let before = 0;
  let level = values[from]!;
  let slope = values[from + 1]! - level;
  for (let index = from + 1; index < to; index += 1) {
    if (index > from + 1) slope = trend * (level - before) + (1 - trend) * slope;
    before = level;
    level = smoothing * values[index]! + (1 - smoothing) * (level + slope);
  }
  return level;
};

/** Experimental in Prometheus 3; `holt_winters` is its name in Prometheus 2, and dashboards use it. */
export const smoothingFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['double_exponential_smoothing', { kernel: smoothed }],
  ['holt_winters', { kernel: smoothed }],
]);
