import { addCompensated, totalOf } from '../compensated-sum.ts';
import type { RangeFunction, Window } from '../evaluate/range-function.ts';

interface Line {
  readonly slope: number;
  /** The value of the line at the time that was given as its origin. */
  readonly intercept: number;
}

/** Simple linear regression over a window by least squares, in seconds from `originMs`. */
function regression({ timestamps, values, from, to }: Window, originMs: number): Line {
  const first = values[from]!;
  const count = to - from;
  const x = { sum: 0, compensation: 0 };
  const y = { sum: 0, compensation: 0 };
  const xy = { sum: 0, compensation: 0 };
  const xx = { sum: 0, compensation: 0 };
  let constant = true;
  for (let index = from; index < to; index += 1) {
    const value = values[index]!;
    if (value !== first) constant = false;
    const seconds = (timestamps[index]! - originMs) / 1000;
    addCompensated(x, seconds);
    addCompensated(y, value);
    addCompensated(xy, seconds * value);
    addCompensated(xx, seconds * seconds);
  }
  if (constant) {
    return Number.isFinite(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN };
  }
  const sumX = totalOf(x);
  const sumY = totalOf(y);
  const slope = (totalOf(xy) - (sumX * sumY) / count) / (totalOf(xx) - (sumX * sumX) / count);
  return { slope, intercept: sumY / count - (slope * sumX) / count };
}

/** The slope per second. Counting from the first sample keeps the products small. */
function derivative(window: Window): number | undefined {
  if (window.to - window.from < 2) return undefined;
  return regression(window, window.timestamps[window.from]!).slope;
}

/** The value of the line `seconds` after the time of evaluation. */
function predict(window: Window, seconds: number): number | undefined {
  if (window.to - window.from < 2) return undefined;
  const { slope, intercept } = regression(window, window.atMs);
  return slope * seconds + intercept;
}

export const regressionFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['deriv', { kernel: derivative }],
  ['predict_linear', { kernel: predict }],
]);
