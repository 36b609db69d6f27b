import type { Labels } from '../../../base/labels.ts';
import { labelSetOf } from '../../promql/label-set.ts';
import { writeStale } from '../../promql/stale.ts';
import type { SampleStorage, SelectRequest, StoredSeries } from '../../promql/types.ts';
import { joinSamples } from '../older-samples.ts';
import { dayMs, type FindSeries, type MetricsLimits, type Samples } from '../types.ts';
import { blocksOf, onGrid } from './blocks.ts';
import { segmentsOf, usableDays, type Segment } from './days.ts';
import type { Ends, RollupStore } from './store.ts';
import type { Blocks, RollupDay } from './types.ts';
import { warningOf } from './warning.ts';

export interface ThinnedSamplesOptions {
  readonly store: RollupStore;
  readonly series: FindSeries;
  readonly select: SampleStorage['select'];
  /** All samples from before this time are in columns. */
  settledMs(): number;
  readonly limits: Pick<MetricsLimits, 'series'>;
}

/** Rows of rollups that are held at once, about. */
const rowsAtOnce = 500_000;
const assumedRowMs = 300_000;

/** Collects samples of one series, and at their end a stale marker. */
function collect() {
  const times: number[] = [];
  const values: number[] = [];
  const stale: number[] = [];
  return {
    sample(atMs: number, value: number) {
      if (times.at(-1) === atMs) return;
      times.push(atMs);
      values.push(value);
    },
    stale(atMs: number) {
      stale.push(times.length);
      times.push(atMs);
      values.push(0);
    },
    done(): Samples {
      const samples = { timestamps: Float64Array.from(times), values: Float64Array.from(values) };
      for (const at of stale) writeStale(samples.values, at);
      return samples;
    },
  };
}

/** The samples that rows of rollups know, by series: first and last of each window, or the last alone. */
function samplesOf(ends: Ends, lastAlone: boolean): Map<bigint, Samples> {
  const found = new Map<bigint, Samples>();
  for (let at = 0; at < ends.ids.length;) {
    const id = ends.ids[at]!;
    const own = collect();
    for (; at < ends.ids.length && ends.ids[at] === id; at += 1) {
      if (ends.samples[at] !== 0) {
        if (!lastAlone) own.sample(ends.firstMs[at]!, ends.first[at]!);
        own.sample(ends.lastMs[at]!, ends.last[at]!);
      }
      if (ends.staleMs[at] !== 0) own.stale(ends.staleMs[at]!);
    }
    found.set(id, own.done());
  }
  return found;
}

/**
 * Samples where there are any. Of days that have nothing but rollups: the samples that those know, with a
 * warning. Where the last sample of each window is all that counts and windows are on the grid, rollups give
 * just that, and spare reading the others.
 */
export function createThinnedSamples(options: ThinnedSamplesOptions): SampleStorage['select'] {
  const { store, series, select, settledMs, limits } = options;

  const fromRollups = async (
    request: SelectRequest,
    { fromMs, toMs, days }: Segment,
    blocks: Blocks | undefined,
  ): Promise<StoredSeries[]> => {
    const { matchers, signal } = request;
    const rows = await series(matchers, { fromMs, toMs, limit: limits.series, signal });
    const atOnce = Math.max(1, Math.floor((rowsAtOnce * assumedRowMs) / (toMs - fromMs + 1)));
    const found: StoredSeries[] = [];
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const ids = some.map(({ id }) => id);
      const samples = samplesOf(await store.ends(ids, blocks, { days, signal }), blocks !== undefined);
      for (const { id, labels } of some) {
        const own = samples.get(id);
        if (own !== undefined) found.push({ labels, ...within(own, fromMs, toMs) });
      }
    }
    return found;
  };

  const bySegments = async (
    request: SelectRequest,
    days: readonly RollupDay[],
    blocks: Blocks | undefined,
  ): Promise<StoredSeries[]> => {
    const parts = new Map<string, { labels: Labels; parts: Samples[] }>();
    for (const segment of segmentsOf(request, days)) {
      const { fromMs, toMs } = segment;
      const found =
        segment.days.length === 0
          ? await select({ ...request, fromMs, toMs })
          : await fromRollups(request, segment, blocks);
      for (const { labels, ...samples } of found) {
        const { key } = labelSetOf(labels);
        const known = parts.get(key);
        if (known === undefined) parts.set(key, { labels, parts: [samples] });
        else known.parts.push(samples);
      }
    }
    return [...parts.values()].map(({ labels, parts: some }) => ({ labels, ...joinSamples(some) }));
  };

  return async (request) => {
    const { fromMs, lastOf } = request;
    // Today is never summed up.
    if (fromMs >= Math.floor(settledMs() / dayMs) * dayMs) return select(request);
    const found = await usableDays(store, request);
    if (lastOf !== undefined && onGrid(lastOf)) {
      const days = found.filter(({ day, only }) => only || (day + 1) * dayMs <= settledMs());
      return days.length === 0 ? select(request) : bySegments(request, days, blocksOf(lastOf));
    }
    const days = found.filter(({ only }) => only);
    if (days.length === 0) return select(request);
    request.warn?.(warningOf(days));
    return bySegments(request, days, undefined);
  };
}

function within({ timestamps, values }: Samples, fromMs: number, toMs: number): Samples {
  let from = 0;
  let to = timestamps.length;
  while (from < to && timestamps[from]! < fromMs) from += 1;
  while (to > from && timestamps[to - 1]! > toMs) to -= 1;
  return { timestamps: timestamps.subarray(from, to), values: values.subarray(from, to) };
}
