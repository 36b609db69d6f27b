import type { Column } from '../evaluate/column.ts';

/** Gathers the series of one group, step by step, into one number each. */
export interface Accumulator {
  /** Takes one more sample of the group. Steps come in any order, each series once per step. */
  add(step: number, value: number): void;
  /** The result at a step that got at least one sample. */
  resultAt(step: number): number;
}

/** One aggregation that gives one series per group. `parameters` holds one number per step if it takes one. */
export type Aggregator = (count: number, parameters: Float64Array) => Accumulator;

/** The series of one group, and the labels under which its result goes. */
export interface Group {
  readonly labels: Column['labels'];
  readonly members: readonly Column[];
}
