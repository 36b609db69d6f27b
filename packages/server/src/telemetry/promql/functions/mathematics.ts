import type { SampleFunction } from './sample-functions.ts';

/** The nearest multiple of `to`; halves go up, also below zero. */
const round: SampleFunction = (value, to) => {
  const inverse = 1 / to;
  return Math.floor(value * inverse + 0.5) / inverse;
};

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
  ['clamp_min', (value, least) => Math.max(value, least)],
  ['clamp_max', (value, most) => Math.min(value, most)],
]);
