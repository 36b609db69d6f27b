import type { Labels } from '../../base/labels.ts';
import { labelSetOf } from '../promql/label-set.ts';
import { withoutStale } from '../promql/stale.ts';
import type { OverRangeRequest, OverRangeSeries, SampleStorage } from '../promql/types.ts';
import { gridFunctions, type GridFunction } from './grid-functions.ts';
import type { GridSupport } from './grid-support.ts';
import { readSamples } from './older-samples.ts';
import type { MetricsStore } from './store.ts';
import type { MetricsLimits, SeriesRow } from './types.ts';
import { emptyResult, evaluateWindows } from './windows.ts';

export interface OverRangeOptions {
  /** Windows that end before this time are worked out by columns. */
  boundaryMs(): number;
  readonly store: MetricsStore;
  readonly support: GridSupport;
  readonly select: SampleStorage['select'];
  readonly limits: Pick<MetricsLimits, 'series' | 'samplesFromColumns'>;
}

/** Below this much time in columns, reading the samples costs about as much. */
const leastMs = 3_600_000;
/** Samples and results of one statement, about; the engine holds both in memory. */
const samplesPerStatement = 4_000_000;
const assumedIntervalMs = 10_000;

interface Task {
  readonly request: OverRangeRequest;
  readonly gridFunction: GridFunction;
  /** Steps that columns work out; the others come after them. */
  readonly olderSteps: number;
}

const labelKey = (labels: Labels): string => labelSetOf(labels).key;

const wholeSeconds = (ms: number): boolean => ms % 1000 === 0;

/**
 * Works functions out where the samples are: windows that end before a certain time by columns, the others from
 * samples. `undefined` when that is not worth it, or the engine of columns cannot do it as ours does.
 */
export function createOverRange(options: OverRangeOptions): NonNullable<SampleStorage['overRange']> {
  const { boundaryMs, store, support, select, limits } = options;

  /** Works out the first `olderSteps` steps of some series. */
  const workOut = async (
    rows: readonly SeriesRow[],
    { request, gridFunction, olderSteps }: Task,
  ): Promise<OverRangeSeries[]> => {
    const { firstEndMs, stepMs, count, rangeMs, signal } = request;
    const ids = rows.map(({ id }) => id);
    const results = await store.overGrid(ids, {
      engineFunction: gridFunction.engineFunction,
      firstEndMs,
      // One step needs a step all the same.
      stepSeconds: olderSteps === 1 ? 1 : stepMs / 1000,
      count: olderSteps,
      rangeSeconds: rangeMs / 1000,
      signal,
    });
    const odd = await readSamples(
      store,
      ids.filter((id) => results.has(id) && results.get(id) === undefined),
      {
        fromMs: firstEndMs - rangeMs + 1,
        toMs: firstEndMs + (olderSteps - 1) * stepMs,
        signal,
        limits,
      },
    );
    const found: OverRangeSeries[] = [];
    for (const { id, labels } of rows) {
      if (!results.has(id)) continue;
      const all = emptyResult(labels, count);
      const result = results.get(id);
      const samples = odd.get(id);
      if (result !== undefined) {
        all.values.set(result.values);
        all.present.set(result.present);
      } else if (samples !== undefined) {
        evaluateWindows(gridFunction.kernel, withoutStale(samples.timestamps, samples.values), {
          windows: { firstEndMs, stepMs, rangeMs, fromStep: 0, toStep: olderSteps },
          into: all,
        });
      }
      found.push(all);
    }
    return found;
  };

  const inColumns = async (task: Task): Promise<Map<string, OverRangeSeries>> => {
    const { request, olderSteps } = task;
    const { matchers, firstEndMs, stepMs, rangeMs, signal } = request;
    const lastEndMs = firstEndMs + (olderSteps - 1) * stepMs;
    const rows = await store.series(matchers, {
      fromMs: firstEndMs - rangeMs,
      toMs: lastEndMs,
      limit: limits.series,
      signal,
    });
    const perSeries = Math.max(olderSteps, (lastEndMs - firstEndMs + rangeMs) / assumedIntervalMs);
    const atOnce = Math.max(1, Math.floor(samplesPerStatement / perSeries));
    const found = new Map<string, OverRangeSeries>();
    for (let from = 0; from < rows.length; from += atOnce) {
      for (const result of await workOut(rows.slice(from, from + atOnce), task))
        found.set(labelKey(result.labels), result);
    }
    return found;
  };

  const work = async (task: Task): Promise<readonly OverRangeSeries[]> => {
    const { request, gridFunction, olderSteps } = task;
    const { matchers, firstEndMs, stepMs, count, rangeMs, toMs, signal } = request;
    // First what the head has: it may forget while columns are waited for.
    const fromMs = firstEndMs + olderSteps * stepMs - rangeMs + 1;
    const recent = olderSteps < count ? await select({ matchers, fromMs, toMs, signal }) : [];
    const found = await inColumns(task);
    for (const { labels, timestamps, values } of recent) {
      const key = labelKey(labels);
      const into = found.get(key) ?? emptyResult(labels, count);
      const sampled = evaluateWindows(gridFunction.kernel, withoutStale(timestamps, values), {
        windows: { firstEndMs, stepMs, rangeMs, fromStep: olderSteps, toStep: count },
        into,
      });
      if (sampled) found.set(key, into);
    }
    return [...found.values()];
  };

  return (request) => {
    const { firstEndMs, stepMs, count, rangeMs } = request;
    const gridFunction = gridFunctions.get(request.function);
    if (gridFunction === undefined || !wholeSeconds(rangeMs)) return undefined;
    if (count > 1 && !wholeSeconds(stepMs)) return undefined;
    const olderSteps = Math.min(count, Math.ceil((boundaryMs() - firstEndMs) / stepMs));
    if (olderSteps < 1 || (olderSteps - 1) * stepMs + rangeMs < leastMs) return undefined;
    if (!support.supported()) return undefined;
    return work({ request, gridFunction, olderSteps });
  };
}
