import type { Clock } from '../../base/clock.ts';

const windowMs = 5 * 60_000;
const maxKept = 10_000;

/** How long searches took in the last five minutes. */
export interface QueryTimes {
  /** Runs and measures. */
  measure<T>(work: () => Promise<T>): Promise<T>;
  summary(): { readonly count: number; readonly p50Ms: number | null; readonly p95Ms: number | null };
}

export function createQueryTimes(clock: Clock, slow: (ms: number) => void): QueryTimes {
  let taken: { readonly at: number; readonly ms: number }[] = [];
  return {
    async measure(work) {
      const start = clock.monotonic();
      try {
        return await work();
      } finally {
        const at = clock.monotonic();
        taken.push({ at, ms: at - start });
        if (taken.length > maxKept) taken = taken.slice(-maxKept / 2);
        slow(at - start);
      }
    },
    summary() {
      const since = clock.monotonic() - windowMs;
      taken = taken.filter(({ at }) => at >= since);
      const sorted = taken.map(({ ms }) => ms).toSorted((left, right) => left - right);
      const quantile = (share: number): number | null =>
        sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
      return { count: sorted.length, p50Ms: quantile(0.5), p95Ms: quantile(0.95) };
    },
  };
}
