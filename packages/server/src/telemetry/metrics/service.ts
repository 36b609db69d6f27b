import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createPromqlEngine, type PromqlEngine } from '../promql/engine.ts';
import type { SampleStorage } from '../promql/types.ts';
import type { MetricMetadata, SampleIntake } from '../types.ts';
import { createActiveCatalogue } from './active-catalogue.ts';
import { createAdmission } from './admission.ts';
import { fillHead } from './fill-head.ts';
import { createGridSupport } from './grid-support.ts';
import { createHead } from './head.ts';
import { createIntake } from './intake.ts';
import { createListing } from './listing.ts';
import { keepMetadata } from './kept-metadata.ts';
import { createMetadata } from './metadata.ts';
import { createOverRange } from './over-range.ts';
import { createOverRollups } from './rollups/over-rollups.ts';
import { rollUpDays } from './rollups/roll-up-days.ts';
import { createRollupStore } from './rollups/store.ts';
import { createThinnedSamples } from './rollups/thinned-samples.ts';
import { createSampleStorage } from './sample-storage.ts';
import { createMetricsStore } from './store.ts';
import { defaultLimits, type Catalogue, type MetricsLimits, type MetricsStatus } from './types.ts';

export interface MetricsOptions {
  readonly columns: Columns;
  readonly clock: Clock;
  readonly log: Logger;
  /** Other nodes write to the same columns: what this one has in memory is never all. */
  readonly shared: boolean;
  readonly limits?: Partial<MetricsLimits>;
}

export interface Metrics {
  readonly intake: SampleIntake;
  readonly storage: SampleStorage;
  readonly engine: PromqlEngine;
  readonly catalogue: Catalogue & {
    /** What metrics are, all or one by name, as their senders last said. */
    metadata(name?: string): MetricMetadata[];
  };
  status(): MetricsStatus;
  /** Sums ended days up (`rollups/`); returns those that it did. To be called every hour, on one node. */
  rollUpDays(signal?: AbortSignal): Promise<readonly string[]>;
  /** Begins to bring the recent past back into memory, and returns at once. */
  start(): Promise<void>;
  /** Safe twice. Columns are stopped by whoever started them. */
  stop(): Promise<void>;
}

/** Time between two looks at what is too old for the head. */
const sweepMs = 15_000;

/** Within this time what this node has taken is in columns, unless they were away. */
const sharedDelayMs = 120_000;

/** Creates the store of metrics. Columns may be down: what is in the head can be asked all the same. */
export function createMetrics(options: MetricsOptions): Metrics {
  const { columns, clock, shared } = options;
  const log = options.log.child({ part: 'metrics' });
  const limits: MetricsLimits = { ...defaultLimits, ...options.limits };
  const catalogue = createActiveCatalogue();
  const head = createHead({ catalogue, clock, limits });
  const store = createMetricsStore(columns);
  const metadata = createMetadata(clock);
  const parts = { catalogue, head, store, shared, limits };
  const samples = createSampleStorage(parts);
  const rolled = {
    store: createRollupStore(columns),
    series: store.series,
    select: samples.select,
    // What is older than all that the head ever takes is nowhere but in columns.
    settledMs: () =>
      shared ? clock.now() - sharedDelayMs : Math.min(head.fromMs, clock.now() - limits.headMs),
    limits,
  };
  const storage: SampleStorage = {
    select: createThinnedSamples(rolled),
    overRange: createOverRollups({
      ...rolled,
      overSamples: createOverRange({
        ...parts,
        // Where nodes share columns, no head is complete: all but what may still be on its way is asked there.
        boundaryMs: () => (shared ? clock.now() - sharedDelayMs : head.fromMs),
        support: createGridSupport(columns),
        select: samples.select,
      }),
    }),
  };
  const stopping = new AbortController();
  let work: Promise<unknown> | undefined;

  const sweep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await clock.sleep(sweepMs, stopping.signal);
      await head.sweep();
    }
  };

  return {
    intake: createIntake({
      ...parts,
      admission: createAdmission(clock, limits),
      metadata,
      clock,
    }),
    storage,
    engine: createPromqlEngine({ storage, clock }),
    catalogue: { ...createListing(parts), metadata: (name) => metadata.list(name) },
    status: () => ({
      series: catalogue.size,
      seriesLimit: limits.series,
      headSamples: head.samples,
      headBytes: head.bytes,
      headFromMs: head.fromMs,
    }),
    rollUpDays: (signal) => rollUpDays({ columns, clock, signal }),
    async start() {
      const filling = shared
        ? Promise.resolve()
        : fillHead({ columns, store, catalogue, head, clock, log, limits }, stopping.signal);
      const keeping = keepMetadata({ columns, metadata, clock, log }, stopping.signal);
      work ??= Promise.all([sweep(), filling, keeping]);
    },
    async stop() {
      stopping.abort();
      await work;
    },
  };
}
