import type { Annotations } from '../annotations.ts';
import type { Span } from '../errors.ts';
import type { LabelSet } from '../label-set.ts';
import type { Expression, VectorSelector } from '../syntax/ast.ts';
import type { SampleStorage } from '../types.ts';
import type { Budget } from './budget.ts';
import type { Column, Steps } from './column.ts';

/** What stays the same while one query runs. */
export interface Run {
  readonly storage: SampleStorage;
  readonly budget: Budget;
  readonly annotations: Annotations;
  /** How far an instant selector looks back for a sample. */
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
  /** Metric names that operations drop are dropped when the query ends instead of at once. */
  readonly delayedNameRemoval: boolean;
  /** First and last step of the query as asked, for `start()` and `end()`. */
  readonly startMs: number;
  readonly endMs: number;
}

/** One series of a range vector: all its samples that any window of the evaluation may need. */
export interface RangeSeries {
  readonly labels: LabelSet;
  readonly dropName: boolean;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** A range vector: series, and where the window of each step ends. Windows are open on the left. */
export interface RangeVector {
  readonly series: readonly RangeSeries[];
  readonly rangeMs: number;
  endOf(step: number): number;
}

/** Evaluates expressions whose types have been checked. */
export interface Evaluator {
  readonly run: Run;
  vector(expression: Expression, steps: Steps): Promise<readonly Column[]>;
  scalar(expression: Expression, steps: Steps): Promise<Float64Array>;
  range(expression: Expression, steps: Steps): Promise<RangeVector>;
  text(expression: Expression): string;
  /** Like `vector` on a selector, with the times of the samples, in seconds, in place of their values. */
  sampleTimes(selector: VectorSelector, steps: Steps): Promise<readonly Column[]>;
}

/** A call that is to be evaluated. */
export interface CallSite {
  readonly evaluator: Evaluator;
  readonly args: readonly Expression[];
  readonly steps: Steps;
  readonly span: Span;
}
