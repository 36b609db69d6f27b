import { labelSetOf } from '../label-set.ts';
import { isStaleAt, withoutStale } from '../stale.ts';
import type { MatrixSelector, VectorSelector } from '../syntax/ast.ts';
import type { StoredSeries, Windows } from '../types.ts';
import { createColumnMaker, type Column, type Steps } from './column.ts';
import type { RangeSeries, RangeVector, Run } from './evaluator.ts';
import { referenceTime } from './time-modifiers.ts';

async function load(
  run: Run,
  selector: VectorSelector,
  bounds: { readonly fromMs: number; readonly toMs: number; readonly lastOf?: Windows },
): Promise<readonly StoredSeries[]> {
  const { budget, annotations } = run;
  const series = await budget.await(
    run.storage.select({
      matchers: selector.matchers,
      signal: budget.signal,
      warn: (message) => annotations.warn(message, selector.span),
      ...bounds,
    }),
  );
  budget.checkSeries(series.length);
  for (const { values } of series) budget.charge(values.length);
  return series;
}

interface InstantRead {
  readonly selector: VectorSelector;
  readonly steps: Steps;
  /** Gives the time of the sample in seconds in place of its value. */
  readonly times: boolean;
}

/** The last sample of each series within the lookback before each step, unless it is a stale marker. */
export async function selectInstant(run: Run, read: InstantRead): Promise<readonly Column[]> {
  const { selector, steps, times } = read;
  const reference = referenceTime(selector, steps, run);
  const firstEndMs = reference(0);
  const { stepMs } = steps;
  const count = selector.at === undefined ? steps.count : 1;
  const bounds = {
    fromMs: firstEndMs - run.lookbackMs + 1,
    toMs: reference(steps.count - 1),
    lastOf: { firstEndMs, stepMs, count, rangeMs: run.lookbackMs },
  };
  const columns: Column[] = [];
  const maker = createColumnMaker(steps.count);
  for (const series of await load(run, selector, bounds)) {
    const pause = run.budget.pause();
    if (pause !== undefined) await pause;
    const { timestamps, values } = series;
    const column = maker.make(labelSetOf(series.labels));
    let found = false;
    let next = 0;
    for (let step = 0; step < steps.count; step += 1) {
      const at = reference(step);
      while (next < timestamps.length && timestamps[next]! <= at) next += 1;
      const last = next - 1;
      if (last < 0 || timestamps[last]! <= at - run.lookbackMs || isStaleAt(values, last)) continue;
      column.values[step] = times ? timestamps[last]! / 1000 : values[last]!;
      column.present[step] = 1;
      found = true;
    }
    if (!found) {
      maker.discard();
      continue;
    }
    run.budget.charge(steps.count);
    columns.push(column);
  }
  return columns;
}

/** The samples of each series that the windows of all steps cover, without stale markers. */
export async function selectRange(run: Run, selector: MatrixSelector, steps: Steps): Promise<RangeVector> {
  const reference = referenceTime(selector.selector, steps, run);
  const bounds = { fromMs: reference(0) - selector.rangeMs + 1, toMs: reference(steps.count - 1) };
  const series: RangeSeries[] = [];
  for (const stored of await load(run, selector.selector, bounds)) {
    const kept = withoutStale(stored.timestamps, stored.values);
    if (kept.values.length > 0) series.push({ labels: labelSetOf(stored.labels), dropName: false, ...kept });
  }
  return { series, rangeMs: selector.rangeMs, endOf: reference };
}
