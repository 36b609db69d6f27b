import type { SampleStorage, StoredSeries } from '../promql/types.ts';
import type { ActiveCatalogue } from './active-catalogue.ts';
import { mergeSamples } from './active-series.ts';
import type { Head } from './head.ts';
import { readOlder } from './older-samples.ts';
import type { MetricsStore } from './store.ts';
import type { MetricsLimits } from './types.ts';

export interface StorageOptions {
  readonly catalogue: ActiveCatalogue;
  readonly head: Head;
  readonly store: MetricsStore;
  /** Other processes take samples, too: what the head has is never all. */
  readonly shared: boolean;
  readonly limits: Pick<MetricsLimits, 'series' | 'samplesFromColumns'>;
}

/**
 * Samples for the engine: from the head as far as it reaches, from columns for what is before that. Raises
 * `columns_unavailable` when the head does not reach far enough and columns do not answer.
 */
export function createSampleStorage(options: StorageOptions): SampleStorage {
  const { catalogue, head, store, shared, limits } = options;
  return {
    async select({ matchers, fromMs, toMs, signal }) {
      const headFromMs = head.fromMs;
      const recent = new Map<bigint, StoredSeries>();
      const found: StoredSeries[] = [];
      const complete = !shared && fromMs >= headFromMs;
      // Taken before anything is waited for: what the head forgets meanwhile is still in these.
      for (const series of catalogue.select(matchers)) {
        // Also from before the head is complete: what came late may not be in columns yet.
        const { timestamps, values } = series.view(fromMs, toMs);
        if (timestamps.length === 0) continue;
        const stored = { labels: series.labels, timestamps, values };
        if (complete) found.push(stored);
        else recent.set(series.id, stored);
      }
      if (complete) return found;
      const older = await readOlder(store, matchers, {
        fromMs,
        toMs: shared ? toMs : Math.min(toMs, headFromMs - 1),
        signal,
        limits,
      });
      for (const { id, labels, samples } of older) {
        const head = recent.get(id);
        recent.delete(id);
        found.push(
          head === undefined
            ? { labels, ...samples }
            : { labels: head.labels, ...mergeSamples(head, samples) },
        );
      }
      found.push(...recent.values());
      return found;
    },
  };
}
