import type { SampleFunction } from './sample-functions.ts';

/** The nearest multiple of `to`; halves go up, also below zero. */
const round: SampleFunction = (value, to) => {
  const inverse = 1 / to;
  return Math.floor(value * inverse + 0.5) / inverse;
};

/** The greater of two numbers; infinity is above NaN too, which otherwise wins (Go's `math.Max`). */
export const greater = (a: number, b: number): number =>
  a === Infinity || b === Infinity ? Infinity : Math.max(a, b);

/** The lesser of two numbers; minus infinity is below NaN too, which otherwise wins (Go's `math.Min`). */
export const less = (a: number, b: number): number =>
  a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);

export const mathematicalFunctions: ReadonlyMap<string, SampleFunction> = new Map([
  ['abs', Math.abs],
  ['ceil', Math.ceil],
  ['floor', Math.floor],
  ['exp', Math.exp],
  ['sqrt', Math.sqrt],
  ['ln', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['sgn', Math.sign],
  ['round', round],
  ['clamp_min', greater],
  ['clamp_max', less],
]);
