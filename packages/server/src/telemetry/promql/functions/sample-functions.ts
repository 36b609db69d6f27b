/** A function that looks at one sample at a time; `a` is its scalar argument, if it takes one. */
export type SampleFunction = (value: number, a: number) => number;
