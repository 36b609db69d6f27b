import type { Clock } from '../../../base/clock.ts';
import type { Series } from '../../types.ts';
import { Generations } from '../generations.ts';

interface Running {
  value: number;
  lastMs: number;
}

interface RunningBuckets {
  readonly counts: Map<number, number>;
  lastMs: number;
}

/** Senders of deltas report at least once an hour; what is silent for longer starts from zero again. */
const limits = { most: 200_000, turnMs: 3_600_000 };
/** Bounds that one histogram of deltas may come to have. */
const mostBounds = 400;

export interface RunningSums {
  age(): void;
  /** The sum so far with this delta; undefined for one that is not newer than the last. */
  add(series: Series, timeMs: number, delta: number): number | undefined;
  /** The buckets so far with these; undefined for some that are not newer, or too many bounds. */
  addBuckets(
    series: Series,
    timeMs: number,
    buckets: readonly { readonly bound: number; readonly count: number }[],
  ): readonly { readonly bound: number; readonly count: number }[] | undefined;
}

/**
 * Makes cumulative series of deltas, since PromQL's functions ask for those. The sums are this process's
 * own: after a restart they begin at zero, which `rate` takes for the restart of a counter.
 */
export function createRunningSums(clock: Clock): RunningSums {
  const sums = new Generations<bigint, Running>(clock, limits);
  const histograms = new Generations<bigint, RunningBuckets>(clock, limits);
  return {
    age() {
      sums.age();
      histograms.age();
    },
    add({ id }, timeMs, delta) {
      let running = sums.get(id);
      if (running === undefined) {
        running = { value: 0, lastMs: -Infinity };
        sums.set(id, running);
      }
      if (timeMs <= running.lastMs) return undefined;
      running.value += delta;
      running.lastMs = timeMs;
      return running.value;
    },
    addBuckets({ id }, timeMs, buckets) {
      let running = histograms.get(id);
      if (running === undefined) {
        running = { counts: new Map(), lastMs: -Infinity };
        histograms.set(id, running);
      }
      if (timeMs <= running.lastMs) return undefined;
      running.lastMs = timeMs;
      for (const { bound, count } of buckets) {
        running.counts.set(bound, (running.counts.get(bound) ?? 0) + count);
      }
      if (running.counts.size > mostBounds) return undefined;
      return [...running.counts]
        .toSorted(([left], [right]) => left - right)
        .map(([bound, count]) => ({ bound, count }));
    },
  };
}
