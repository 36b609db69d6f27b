import type { Clock } from '../base/clock.ts';
import type { Traffic } from './types.ts';

const windowMs = 60_000;
/** Samples kept at most; above this rate the figures speak of the newest ones. */
const capacity = 20_000;

/** Returns the smallest value with at least `share` of all values at or below it (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Watches how many requests there are and how long they take, over the last minute. */
export function createTraffic(clock: Clock) {
  let samples: { at: number; durationMs: number }[] = [];

  const prune = (): void => {
    const since = clock.monotonic() - windowMs;
    const first = samples.findIndex((sample) => sample.at >= since);
    samples = first === -1 ? [] : samples.slice(first);
  };

  return {
    record(durationMs: number): void {
      samples.push({ at: clock.monotonic(), durationMs });
      if (samples.length >= 2 * capacity) samples = samples.slice(-capacity);
    },
    read(): Traffic {
      prune();
      const sorted = samples.map((sample) => sample.durationMs).toSorted((left, right) => left - right);
      const total = sorted.reduce((sum, value) => sum + value, 0);
      return {
        requestsPerMinute: sorted.length,
        requestsPerSecond: sorted.length / (windowMs / 1000),
        averageMs: sorted.length === 0 ? null : total / sorted.length,
        p95Ms: percentile(sorted, 0.95),
        p99Ms: percentile(sorted, 0.99),
      };
    },
  };
}
