import type { Span } from '../errors.ts';
import type { LabelSet } from '../label-set.ts';
import {
  createColumnMaker,
  refuseSameLabels,
  timeOf,
  withoutName,
  type Column,
  type Steps,
} from './column.ts';
import type { RangeVector, Run } from './evaluator.ts';

/** The samples of one series in one window: indexes `from` up to, not including, `to`; never empty. */
export interface Window {
  timestamps: Float64Array;
  values: Float64Array;
  from: number;
  to: number;
  /** The window's bounds; samples at `startMs` do not belong to it. */
  startMs: number;
  endMs: number;
  /** The time of the step that is evaluated. */
  atMs: number;
  /** Left by a function for further windows of the same `values`: how often they fell up to each index. */
  falls?: { of: Float64Array; counts: Uint32Array };
}

/** What a function makes of one window; `undefined` gives no sample. */
export type Kernel = (window: Window, parameter: number, second: number) => number | undefined;

export interface RangeFunction {
  readonly kernel: Kernel;
  /** True for functions that give back samples as they are, such as `last_over_time`. */
  readonly keepsName?: boolean;
  /** Called once for each series that has samples in a window, with the place of the argument. */
  readonly inspect?: (run: Run, labels: LabelSet, span: Span) => void;
}

// One series can have windows of many samples at many steps: it must not hold up the process either.
const samplesPerPause = 50_000;

interface Application {
  readonly input: RangeVector;
  readonly steps: Steps;
  /** One number per step for functions that take one besides the range; empty otherwise. */
  readonly parameters: Float64Array;
  /** The same for functions that take two. */
  readonly secondParameters?: Float64Array;
  readonly span: Span;
}

/** Moves the window of each series along the steps and applies the function. */
export async function applyRangeFunction(
  run: Run,
  rangeFunction: RangeFunction,
  { input, steps, parameters, secondParameters, span }: Application,
): Promise<readonly Column[]> {
  const { kernel, keepsName, inspect } = rangeFunction;
  const { rangeMs, endOf } = input;
  const columns: Column[] = [];
  const maker = createColumnMaker(steps.count);
  const none = new Float64Array(0);
  const window: Window = { timestamps: none, values: none, from: 0, to: 0, startMs: 0, endMs: 0, atMs: 0 };
  for (const series of input.series) {
    const pause = run.budget.pause();
    if (pause !== undefined) await pause;
    const { timestamps, values } = series;
    const identity = keepsName === true ? series : withoutName(series, run.delayedNameRemoval);
    const column = maker.make(identity.labels, identity.dropName);
    window.timestamps = timestamps;
    window.values = values;
    let found = 0;
    let sampled = false;
    let work = 0;
    let from = 0;
    let to = 0;
    for (let step = 0; step < steps.count; step += 1) {
      const end = endOf(step);
      const start = end - rangeMs;
      while (to < timestamps.length && timestamps[to]! <= end) to += 1;
      while (from < to && timestamps[from]! <= start) from += 1;
      if (from >= to) continue;
      sampled = true;
      work += to - from;
      if (work > samplesPerPause) {
        const rest = run.budget.pause(work / 1000);
        work = 0;
        if (rest !== undefined) await rest;
      }
      window.from = from;
      window.to = to;
      window.startMs = start;
      window.endMs = end;
      window.atMs = timeOf(steps, step);
      const value = kernel(window, parameters[step] ?? Number.NaN, secondParameters?.[step] ?? Number.NaN);
      if (value === undefined) continue;
      column.values[step] = value;
      column.present[step] = 1;
      found += 1;
    }
    if (sampled) inspect?.(run, series.labels, span);
    if (found === 0) {
      maker.discard();
      continue;
    }
    run.budget.charge(steps.count);
    columns.push(column);
  }
  return run.delayedNameRemoval ? columns : refuseSameLabels(columns);
}
