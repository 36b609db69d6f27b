import type { Clock } from '../../../base/clock.ts';
import type { Series } from '../../types.ts';
import { Generations } from '../generations.ts';

interface Running {
  value: number;
  lastMs: number;
  lastDelta: number;
}

interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/** Senders of deltas report at least once an hour; what is silent for longer starts from zero again. */
const limits = { most: 200_000, turnMs: 3_600_000 };
/** Bounds that one histogram of deltas may come to have. */
const mostBounds = 400;

/**
 * How a delta stands to the one before it: the first that is known of its series, a later one, the same once
 * more (its sender has not heard that it was taken), or one that is neither.
 */
export type Turn = 'first' | 'next' | 'again' | 'late';

export interface RunningSums {
  age(): void;
  turn(series: Series, timeMs: number, delta: number): Turn;
  /** The sum so far with this delta; one that came before is not added again. */
  add(series: Series, timeMs: number, delta: number): number;
  /** What the buckets would come to with these, in order; undefined when there would be too many bounds. */
  withBuckets(series: Series, timeMs: number, buckets: readonly Bucket[]): readonly Bucket[] | undefined;
  /** Makes what `withBuckets` said the buckets so far. */
  keepBuckets(series: Series, timeMs: number, buckets: readonly Bucket[]): void;
}

/**
 * Makes cumulative series of deltas, since PromQL's functions ask for those. The sums are this process's
 * own: after a restart they begin at zero, as a counter does when its program was restarted.
 */
export function createRunningSums(clock: Clock): RunningSums {
  const sums = new Generations<bigint, Running>(clock, limits);
  const histograms = new Generations<bigint, { buckets: readonly Bucket[]; lastMs: number }>(clock, limits);
  return {
    age() {
      sums.age();
      histograms.age();
    },
    turn({ id }, timeMs, delta) {
      const running = sums.get(id);
      if (running === undefined) return 'first';
      if (timeMs > running.lastMs) return 'next';
      return timeMs === running.lastMs && delta === running.lastDelta ? 'again' : 'late';
    },
    add({ id }, timeMs, delta) {
      let running = sums.get(id);
      if (running === undefined) {
        running = { value: 0, lastMs: -Infinity, lastDelta: 0 };
        sums.set(id, running);
      }
      if (timeMs > running.lastMs) {
        running.value += delta;
        running.lastMs = timeMs;
        running.lastDelta = delta;
      }
      return running.value;
    },
    withBuckets({ id }, timeMs, buckets) {
      const running = histograms.get(id);
      if (running !== undefined && timeMs <= running.lastMs) return running.buckets;
      const counts = new Map((running?.buckets ?? []).map(({ bound, count }) => [bound, count]));
      for (const { bound, count } of buckets) counts.set(bound, (counts.get(bound) ?? 0) + count);
      if (counts.size > mostBounds) return undefined;
      return [...counts]
        .toSorted(([left], [right]) => left - right)
        .map(([bound, count]) => ({ bound, count }));
    },
    keepBuckets({ id }, timeMs, buckets) {
      histograms.set(id, { buckets, lastMs: timeMs });
    },
  };
}
