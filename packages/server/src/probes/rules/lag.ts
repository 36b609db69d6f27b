/** The last few thousand delays, for percentiles; nearest-rank (NIST e-Handbook 7.2.6.2). */
export interface LagMeter {
  record(ms: number): void;
  /** `share` from 0 to 1; 0 when nothing was recorded. */
  percentile(share: number): number;
}

export function createLagMeter(size = 4096): LagMeter {
  const ring = new Float64Array(size);
  let count = 0;
  return {
    record(ms) {
      ring[count % size] = ms;
      count += 1;
    },
    percentile(share) {
      const kept = Math.min(count, size);
      if (kept === 0) return 0;
      const sorted = ring.slice(0, kept).toSorted();
      return sorted[Math.max(0, Math.ceil(share * kept) - 1)] ?? 0;
    },
  };
}
