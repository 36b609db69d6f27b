/**
 * Words of this folder.
 *
 * - **window**: five minutes, open on the left and closed on the right, as PromQL's windows are.
 * - **rollup**: what samples of one series, window and day (UTC) came to.
 * - **run**: one computation of a day's rollups; the day's note says which run counts.
 * - **summary**: what samples of one series that follow each other came to, whether from rollups or samples.
 * - **block**: a piece of time that PromQL's windows are made of; each summary belongs to one.
 */

/** Milliseconds; starts, steps and ranges in multiples of it can be answered from rollups. */
export const windowMs = 300_000;

/** A day (UTC, days since the epoch) whose rollups say what its samples said when they were all there. */
export interface RollupDay {
  readonly day: number;
  readonly run: number;
  /** Its samples are gone, or some of them: the rollups are what is left. */
  readonly only: boolean;
}

/** What some samples came to, in time order. Stale markers are none of them. */
export interface Summary {
  samples: number;
  /** Milliseconds since the epoch. */
  firstMs: number;
  first: number;
  lastMs: number;
  last: number;
  /** NaN only when there is nothing else, as in `min_over_time`. */
  least: number;
  greatest: number;
  total: number;
  /** Sum of the values that stood before each fall from one sample to the next. */
  fallen: number;
}

/** A summary, and the number of the block that it belongs to. */
export interface Piece extends Summary {
  readonly block: number;
}

/** What a function needs of a summary besides `samples` and `firstMs`. The fewer, the less is read. */
export type Need = Exclude<keyof Summary, 'samples' | 'firstMs'>;

/** Blocks of equal length at equal distances. Block `n` ends at `originMs + n * pitchMs + lengthMs`. */
export interface Blocks {
  readonly originMs: number;
  readonly pitchMs: number;
  /** At most `pitchMs`. */
  readonly lengthMs: number;
  /** Nothing after this time is asked for. */
  readonly toMs: number;
}

/** Ids from the first to the last. */
export interface IdRange {
  readonly from: bigint;
  readonly to: bigint;
}
