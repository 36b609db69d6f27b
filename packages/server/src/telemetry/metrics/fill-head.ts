import { once } from 'node:events';
import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { ActiveCatalogue } from './active-catalogue.ts';
import type { Head } from './head.ts';
import type { MetricsStore } from './store.ts';
import type { MetricsLimits, Samples } from './types.ts';

export interface FillOptions {
  readonly columns: Columns;
  readonly store: MetricsStore;
  readonly catalogue: ActiveCatalogue;
  readonly head: Head;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: Pick<MetricsLimits, 'series' | 'headMs'>;
}

/** Time that one read covers; less when that is too much for one result. */
const longestSliceMs = 10 * 60_000;
const shortestSliceMs = 15_000;
const retryMs = 5_000;

const isTooHeavy = (error: unknown): boolean =>
  error instanceof CustosError && error.code === 'query_too_heavy';

/** Reads what the head had before this process started, newest first, as far as its memory goes. */
async function fill(options: FillOptions, signal: AbortSignal): Promise<void> {
  const { columns, store, catalogue, head, clock, limits } = options;
  const aborted = once(signal, 'abort');
  aborted.catch(() => undefined);
  await Promise.race([columns.ready(), aborted]);
  if (signal.aborted) return;
  // What an earlier process left in the spool belongs to the head as well.
  await columns.flush(AbortSignal.any([signal, AbortSignal.timeout(60_000)]));
  const endMs = head.fromMs;
  const startMs = clock.now() - limits.headMs;
  const rows = await store.series([], { fromMs: startMs, toMs: endMs, limit: limits.series, signal });
  const labelsById = new Map(rows.map(({ id, labels }) => [id, labels]));
  let sliceMs = longestSliceMs;
  for (let toMs = endMs; toMs > startMs && !head.full;) {
    const fromMs = Math.max(startMs, toMs - sliceMs);
    let found: Map<bigint, Samples>;
    try {
      found = await store.samples('all', { fromMs, toMs: toMs - 1, signal });
    } catch (error) {
      if (!isTooHeavy(error) || sliceMs <= shortestSliceMs) throw error;
      sliceMs = Math.max(shortestSliceMs, sliceMs / 4);
      continue;
    }
    for (const [id, samples] of found) {
      const labels = labelsById.get(id);
      if (labels === undefined) continue;
      const series = catalogue.byId(id) ?? catalogue.add(labels);
      if (series !== undefined) head.fill(series, samples);
    }
    head.filledFrom(fromMs);
    toMs = fromMs;
  }
}

/** Fills the head once columns answer; tries again until it is done or the signal aborts. Never rejects. */
export async function fillHead(options: FillOptions, signal: AbortSignal): Promise<void> {
  const { columns, clock, log, head } = options;
  while (!signal.aborted && columns.status().state !== 'disabled') {
    try {
      await fill(options, signal);
      log.info({ samples: head.samples, fromMs: head.fromMs }, 'recent samples are in memory again');
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (isTooHeavy(error)) {
        log.warn(
          { error: messageOf(error), fromMs: head.fromMs },
          'there is too much to read it into memory',
        );
        return;
      }
      log.warn({ error: messageOf(error) }, 'recent samples could not be read yet');
      await clock.sleep(retryMs, signal);
    }
  }
}
