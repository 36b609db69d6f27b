/**
 * Words of this folder.
 *
 * - *Series*: a set of labels with samples in time order. The metric name is the label `__name__`.
 * - *Sample*: a time in milliseconds since the epoch and a double.
 * - *Stale marker*: a NaN with the bits 0x7ff0000000000002, which ends a series before its lookback does.
 * - *Instant vector*: at most one sample per series, all at one time. *Range vector*: a window per series.
 * - *Step*: one of the times at which a range query is evaluated; an instant query has one step.
 * - *Annotation*: a warning or a note that travels with a result without failing it.
 */
import type { Labels } from '../../base/labels.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** A condition on one label. A series that lacks the label is treated as having it empty. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  matches(value: string): boolean;
}

/** Windows of equal length; each is open on the left. */
export interface Windows {
  /** The first window ends here, each further one `stepMs` later; `count` in all. */
  readonly firstEndMs: number;
  readonly stepMs: number;
  readonly count: number;
  readonly rangeMs: number;
}

/** What the engine asks the storage for. Both bounds are milliseconds and belong to the range. */
export interface SelectRequest {
  readonly matchers: readonly Matcher[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal;
  /** Of each of these windows only the last sample or stale marker counts; others may be left out. */
  readonly lastOf?: Windows;
  /** To be called when what is given is not all that there was: the text goes with the result. */
  readonly warn?: (message: string) => void;
}

/** One series as stored. Times ascend; stale markers are kept as they came. The engine only reads it. */
export interface StoredSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

/** A function over a range vector that a storage may calculate itself. */
export interface OverRangeRequest extends Omit<SelectRequest, 'lastOf'>, Windows {
  /** The function's name, such as `rate`. It takes nothing but the range vector, without stale markers. */
  readonly function: string;
}

/** The results of a function for one series: `values[i]` counts only where `present[i]` is 1. */
export interface OverRangeSeries {
  readonly labels: Labels;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

/** Where samples come from. */
export interface SampleStorage {
  /** Every series that all matchers accept, with its samples in the range; no series twice. */
  select(request: SelectRequest): Promise<readonly StoredSeries[]>;
  /**
   * Calculates a function where the samples are. Must give what the engine would; `undefined` means that
   * this storage cannot, and the engine does it.
   */
  overRange?(request: OverRangeRequest): Promise<readonly OverRangeSeries[] | undefined> | undefined;
}

export interface QueryLimits {
  /** Samples that one query may load or hold. Prometheus's default is 50,000,000. */
  readonly maxSamples: number;
  /** Series that one selector may return. */
  readonly maxSeries: number;
  /** Steps of a range query beyond its first; Prometheus's API refuses more than 11,000. */
  readonly maxSteps: number;
  /** Milliseconds until the query is ended. Prometheus's default is two minutes. */
  readonly timeoutMs: number;
}

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface VectorSample extends Point {
  readonly labels: Labels;
}

export interface MatrixSeries {
  readonly labels: Labels;
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
}

export type QueryValue =
  | ({ readonly type: 'scalar' } & Point)
  | { readonly type: 'string'; readonly atMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] };

export interface QueryResult {
  readonly value: QueryValue;
  /** Texts as Prometheus writes them, with line and column, each once. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Samples that were loaded or made, when the query asked for their number. */
  readonly samples?: number;
}

/** What a caller may ask of one query besides its result. */
export interface QueryBounds {
  readonly signal?: AbortSignal;
  /** Ends the query sooner than the engine would. */
  readonly timeoutMs?: number;
  /** How far its instant selectors look back, in place of what the engine does. */
  readonly lookbackMs?: number;
  readonly countSamples?: boolean;
}

export interface InstantQuery extends QueryBounds {
  readonly query: string;
  readonly atMs: number;
}

export interface RangeQuery extends QueryBounds {
  readonly query: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}
