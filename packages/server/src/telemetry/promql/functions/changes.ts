import type { Kernel, RangeFunction } from '../evaluate/range-function.ts';

/** Functions that count how often neighbouring samples differ. NaN after NaN is no change. */

const changes: Kernel = ({ values, from, to }) => {
  let count = 0;
  for (let index = from + 1; index < to; index += 1) {
    const before = values[index - 1]!;
    const value = values[index]!;
    if (value !== before && !(Number.isNaN(value) && Number.isNaN(before))) count += 1;
  }
  return count;
};

const resets: Kernel = ({ values, from, to }) => {
  let count = 0;
  for (let index = from + 1; index < to; index += 1) if (values[index]! < values[index - 1]!) count += 1;
  return count;
};

export const changeFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ['changes', { kernel: changes }],
  ['resets', { kernel: resets }],
]);
