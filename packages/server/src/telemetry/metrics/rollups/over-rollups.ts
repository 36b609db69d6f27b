import type { Labels } from '../../../base/labels.ts';
import { labelSetOf } from '../../promql/label-set.ts';
import { createMatcher } from '../../promql/matcher.ts';
import { withoutStale } from '../../promql/stale.ts';
import type { OverRangeRequest, OverRangeSeries, SampleStorage, Windows } from '../../promql/types.ts';
import { dayMs, type FindSeries, type MetricsLimits, type SeriesRow } from '../types.ts';
import { emptyResult, evaluateWindows } from '../windows.ts';
import { blocksOf, daysFor, nearWindows, piecesOf, spanOf, summaries } from './blocks.ts';
import { daysWithin, segmentsOf, usableDays, type Segment } from './days.ts';
import { rollupFunctions, type RollupFunction } from './functions.ts';
import type { RollupStore } from './store.ts';
import { windowMs, type Piece, type RollupDay } from './types.ts';
import { warningOf } from './warning.ts';

export interface OverRollupsOptions {
  readonly store: RollupStore;
  readonly series: FindSeries;
  /** Samples, wherever they are. */
  readonly select: SampleStorage['select'];
  /** Works functions out from samples. */
  readonly overSamples: NonNullable<SampleStorage['overRange']>;
  /** All samples from before this time are in columns. */
  settledMs(): number;
  readonly limits: Pick<MetricsLimits, 'series'>;
}

/** Pieces that are held at once, about. */
const piecesAtOnce = 200_000;
/** Pieces that are joined before other work of the process gets its turn. */
const piecesPerTurn = 200_000;
/** Windows on the grid that may stand for others; the most steps that Prometheus's API answers. */
const mostNearSteps = 11_000;

interface Task {
  readonly request: OverRangeRequest;
  readonly called: RollupFunction;
  readonly days: readonly RollupDay[];
}

const keyOf = (labels: Labels): string => labelSetOf(labels).key;

/** The same request for other windows. */
function requestFor(request: OverRangeRequest, windows: Windows): OverRangeRequest {
  const { afterMs, toMs } = spanOf(windows);
  return { ...request, ...windows, fromMs: afterMs + 1, toMs };
}

/** The part of a request from one step up to, not including, another. */
function part(request: OverRangeRequest, fromStep: number, toStep: number): OverRangeRequest {
  const { firstEndMs, stepMs, rangeMs } = request;
  const count = toStep - fromStep;
  return requestFor(request, { firstEndMs: firstEndMs + fromStep * stepMs, stepMs, rangeMs, count });
}

/** Steps in a row whose windows hold samples of days with rollups, or do not. */
function* runsOf(request: OverRangeRequest, rolled: readonly Segment[]) {
  const { firstEndMs, stepMs, rangeMs, count } = request;
  const touches = (step: number): boolean => {
    const endMs = firstEndMs + step * stepMs;
    return rolled.some(({ fromMs, toMs }) => fromMs <= endMs && toMs > endMs - rangeMs);
  };
  for (let from = 0; from < count;) {
    const byRollups = touches(from);
    let to = from + 1;
    while (to < count && touches(to) === byRollups) to += 1;
    yield { from, to, byRollups };
    from = to;
  }
}

/**
 * Works functions out from rollups where that gives what samples give, and has the rest worked out from samples.
 * Resolves to `undefined` when days whose samples are gone are asked for what their rollups cannot tell.
 */
export function createOverRollups(options: OverRollupsOptions): NonNullable<SampleStorage['overRange']> {
  const { store, series, select, overSamples, settledMs, limits } = options;

  const fromSamples = async (
    request: OverRangeRequest,
    called: RollupFunction,
  ): Promise<readonly OverRangeSeries[]> => {
    const pushed = await overSamples(request);
    if (pushed !== undefined) return pushed;
    const { matchers, fromMs, toMs, signal, count } = request;
    const found = await select({ matchers, fromMs, toMs, signal });
    return found.flatMap(({ labels, timestamps, values }) => {
      const into = emptyResult(labels, count);
      const windows = { ...request, fromStep: 0, toStep: count };
      const live = withoutStale(timestamps, values);
      return evaluateWindows(called.kernel, live, { windows, into }) ? [into] : [];
    });
  };

  /** What samples of the days without rollups come to, by labels. */
  const restOf = async ({
    request,
    days,
  }: Task): Promise<Map<string, { labels: Labels; pieces: Piece[] }>> => {
    const { matchers, signal } = request;
    const rest = new Map<string, { labels: Labels; pieces: Piece[] }>();
    const blocks = blocksOf(request);
    for (const segment of segmentsOf(request, days)) {
      if (segment.days.length > 0) continue;
      const { fromMs, toMs } = segment;
      for (const { labels, timestamps, values } of await select({ matchers, fromMs, toMs, signal })) {
        const pieces = piecesOf(withoutStale(timestamps, values), blocks);
        if (pieces.length === 0) continue;
        const known = rest.get(keyOf(labels));
        if (known === undefined) rest.set(keyOf(labels), { labels, pieces });
        else known.pieces.push(...pieces);
      }
    }
    return rest;
  };

  let joined = 0;
  const evaluate = async (
    pieces: readonly Piece[],
    { request, called }: Task,
    into: OverRangeSeries,
  ): Promise<void> => {
    for (const { step, startMs, endMs, summary } of summaries(pieces, request)) {
      joined += request.rangeMs / Math.min(request.stepMs, request.rangeMs);
      if (joined > piecesPerTurn) {
        joined = 0;
        await new Promise((resolve) => setImmediate(resolve));
        request.signal.throwIfAborted();
      }
      const value = called.of(summary, { startMs, endMs });
      if (value === undefined) continue;
      into.values[step] = value;
      into.present[step] = 1;
    }
  };

  /** One series from its samples. */
  const alone = async ({ labels }: SeriesRow, { request, called }: Task): Promise<OverRangeSeries> => {
    const matchers = Object.entries(labels).map(([name, value]) => createMatcher(name, '=', value));
    const found = await fromSamples({ ...request, matchers }, called);
    return found.find((one) => keyOf(one.labels) === keyOf(labels)) ?? emptyResult(labels, request.count);
  };

  const fromRollups = async (given: Task): Promise<OverRangeSeries[]> => {
    const { request, called } = given;
    const days = daysWithin(request, given.days);
    const task: Task = { request, called, days };
    const { matchers, fromMs, toMs, signal, count } = request;
    // First the samples: the head may forget while columns are waited for.
    const rest = await restOf(task);
    const rows = await series(matchers, { fromMs, toMs, limit: limits.series, signal });
    const blocks = blocksOf(request);
    const perSeries = Math.ceil((toMs - fromMs) / Math.min(blocks.pitchMs, dayMs)) + 1;
    const atOnce = Math.max(1, Math.floor(piecesAtOnce / perSeries));
    const known = days.every(({ only }) => !only);
    const results: OverRangeSeries[] = [];
    for (let from = 0; from < rows.length; from += atOnce) {
      const some = rows.slice(from, from + atOnce);
      const ids = some.map(({ id }) => id);
      const { pieces, odd } = await store.pieces(ids, blocks, { days, signal, needs: called.needs });
      for (const row of some) {
        const key = keyOf(row.labels);
        const others = rest.get(key)?.pieces ?? [];
        rest.delete(key);
        const own = pieces.get(row.id) ?? [];
        if (own.length + others.length === 0) continue;
        if (called.adds === true && known && odd.has(row.id)) {
          results.push(await alone(row, task));
          continue;
        }
        const into = emptyResult(row.labels, count);
        const inOrder = [...own, ...others].toSorted((left, right) => left.firstMs - right.firstMs);
        await evaluate(inOrder, task, into);
        results.push(into);
      }
    }
    for (const { labels, pieces } of rest.values()) {
      const into = emptyResult(labels, count);
      await evaluate(pieces, task, into);
      results.push(into);
    }
    return results;
  };

  /** As `fromRollups`, with windows on the grid in place of those that are asked for. */
  const nearRollups = async (task: Task): Promise<OverRangeSeries[]> => {
    const { firstEndMs, stepMs, count } = task.request;
    const near = nearWindows(task.request);
    const found = await fromRollups({ ...task, request: requestFor(task.request, near) });
    return found.map(({ labels, values, present }) => {
      const into = emptyResult(labels, count);
      for (let step = 0; step < count; step += 1) {
        const at = Math.floor((firstEndMs + step * stepMs - near.firstEndMs) / near.stepMs);
        into.values[step] = values[at]!;
        into.present[step] = present[at]!;
      }
      return into;
    });
  };

  const work = async (request: OverRangeRequest): Promise<readonly OverRangeSeries[] | undefined> => {
    const called = rollupFunctions.get(request.function);
    // Windows on the grid that stand for others may begin before them.
    const found = await usableDays(store, { fromMs: request.fromMs - 2 * windowMs, toMs: request.toMs });
    const settled = found.filter(({ day, only }) => only || (day + 1) * dayMs <= settledMs());
    const asked = daysWithin(request, settled);
    const only = asked.filter((day) => day.only);
    if (called === undefined) return only.length > 0 ? undefined : overSamples(request);
    const exact = daysFor(request, asked);
    if (exact?.length === 0) return overSamples(request);
    if (exact === undefined) {
      if (nearWindows(request).count > mostNearSteps) return undefined;
      request.warn?.(warningOf(only));
    }
    const days = exact ?? settled;
    const fromDays = exact === undefined ? nearRollups : fromRollups;
    const rolled = segmentsOf(request, exact ?? only).filter((segment) => segment.days.length > 0);
    const results = new Map<string, OverRangeSeries>();
    for (const { from, to, byRollups } of runsOf(request, rolled)) {
      const steps = part(request, from, to);
      const some = byRollups
        ? await fromDays({ request: steps, called, days })
        : await fromSamples(steps, called);
      for (const { labels, values, present } of some) {
        const key = keyOf(labels);
        let into = results.get(key);
        if (into === undefined) results.set(key, (into = emptyResult(labels, request.count)));
        into.values.set(values, from);
        into.present.set(present, from);
      }
    }
    return [...results.values()];
  };

  return (request) => {
    // Today is never summed up.
    const lastDayMs = Math.floor(settledMs() / dayMs) * dayMs;
    return request.fromMs < lastDayMs ? work(request) : overSamples(request);
  };
}
