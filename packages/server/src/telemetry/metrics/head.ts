import type { Clock } from '../../base/clock.ts';
import type { ActiveCatalogue } from './active-catalogue.ts';
import type { ActiveSeries, Addition } from './active-series.ts';
import type { MetricsLimits, Samples } from './types.ts';

/** The samples in memory and the time from which they are all there. */
export interface Head {
  /** Everything from this time on is in the head, ms. Rises with time; falls while the head is filled. */
  readonly fromMs: number;
  readonly samples: number;
  readonly bytes: number;
  /** Adds a sample that is durable. One from before `fromMs` is left to columns. */
  add(
    series: ActiveSeries,
    sample: { readonly atMs: number; readonly values: Float64Array; readonly index: number },
  ): Addition;
  /** Puts older samples under those that are there. */
  fill(series: ActiveSeries, samples: Samples): void;
  /** What is older is now there: the head is complete from this time on. */
  filledFrom(atMs: number): void;
  /** True when the bound of memory leaves no room for older samples. */
  readonly full: boolean;
  /** Forgets what is too old or too much, and series that have been without samples for a while. */
  sweep(): Promise<void>;
}

/** Series that are dealt with before other work of the process gets its turn. */
const seriesPerTurn = 2_000;
/** The head keeps this much whatever its memory; rules need it. */
const leastMs = 5 * 60_000;
/** Time between two sweeps that memory asks for. */
const pressedMs = 5_000;
/** A series that was made known and got no samples is forgotten after this time. */
const unusedMs = 10 * 60_000;

export function createHead(options: {
  readonly catalogue: ActiveCatalogue;
  readonly clock: Clock;
  readonly limits: Pick<MetricsLimits, 'headMs' | 'headBytes'>;
}): Head {
  const { catalogue, clock, limits } = options;
  let fromMs = clock.now();
  // What is older is not kept. Below `fromMs` until the head is filled: what comes in late meanwhile stays.
  let keptFromMs = fromMs - limits.headMs;
  let sweptAt = clock.monotonic();
  let samples = 0;
  let bytes = 0;
  let sweeping: Promise<void> | undefined;

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  const evict = async (): Promise<void> => {
    let count = 0;
    for (const series of catalogue.all()) {
      const before = series.bytes;
      samples -= series.evict(keptFromMs);
      bytes += series.bytes - before;
      count += 1;
      if (count % seriesPerTurn === 0) await turn();
    }
  };

  const keepFrom = async (atMs: number): Promise<void> => {
    keptFromMs = Math.max(keptFromMs, Math.floor(atMs));
    fromMs = Math.max(fromMs, keptFromMs);
    await evict();
  };

  const sweep = async (): Promise<void> => {
    await keepFrom(clock.now() - limits.headMs);
    while (bytes > limits.headBytes && clock.now() - keptFromMs > leastMs) {
      // An eighth of the time at once: one step of it costs as much as walking over every series.
      await keepFrom(Math.min(keptFromMs + (clock.now() - keptFromMs) / 8, clock.now() - leastMs));
    }
    const now = clock.monotonic();
    const idle: ActiveSeries[] = [];
    for (const series of catalogue.all()) {
      if (series.size === 0 && now - series.knownSince > unusedMs) idle.push(series);
    }
    catalogue.remove(idle);
  };

  return {
    get fromMs() {
      return fromMs;
    },
    get samples() {
      return samples;
    },
    get bytes() {
      return bytes;
    },
    get full() {
      return bytes > limits.headBytes * 0.9;
    },
    add(series, { atMs, values, index }) {
      if (atMs < keptFromMs) return 'new';
      const before = series.bytes;
      const addition = series.add(atMs, values, index);
      if (addition === 'new') samples += 1;
      bytes += series.bytes - before;
      if (bytes > limits.headBytes * 1.1 && clock.monotonic() - sweptAt > pressedMs) void this.sweep();
      return addition;
    },
    fill(series, older) {
      const before = series.bytes;
      samples += series.merge(older);
      bytes += series.bytes - before;
    },
    filledFrom(atMs) {
      fromMs = Math.min(fromMs, atMs);
    },
    sweep() {
      sweptAt = clock.monotonic();
      sweeping ??= sweep().finally(() => {
        sweeping = undefined;
      });
      return sweeping;
    },
  };
}
