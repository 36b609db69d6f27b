import type { Kernel, Window } from '../promql/evaluate/range-function.ts';
import type { Labels } from '../../base/labels.ts';
import type { OverRangeSeries } from '../promql/types.ts';
import type { Samples } from './types.ts';

export interface Windows {
  /** The first window ends here, each further one `stepMs` later. */
  readonly firstEndMs: number;
  readonly stepMs: number;
  readonly rangeMs: number;
  /** The steps to work out, the last one not included. */
  readonly fromStep: number;
  readonly toStep: number;
}

/** Results of one series that are still to come. */
export const emptyResult = (labels: Labels, count: number): OverRangeSeries => ({
  labels,
  values: new Float64Array(count),
  present: new Uint8Array(count),
});

/**
 * Works out a function at some steps of one series, whose samples hold no stale markers. False when none of them
 * was in a window, so that the engine need not know of the series.
 */
export function evaluateWindows(
  kernel: Kernel,
  { timestamps, values }: Samples,
  {
    windows,
    into,
  }: {
    readonly windows: Windows;
    readonly into: { readonly values: Float64Array; readonly present: Uint8Array };
  },
): boolean {
  let sampled = false;
  const { firstEndMs, stepMs, rangeMs, fromStep, toStep } = windows;
  const window: Window = { timestamps, values, from: 0, to: 0, startMs: 0, endMs: 0, atMs: 0 };
  for (let step = fromStep; step < toStep; step += 1) {
    window.endMs = firstEndMs + step * stepMs;
    window.startMs = window.endMs - rangeMs;
    while (window.to < timestamps.length && timestamps[window.to]! <= window.endMs) window.to += 1;
    while (window.from < window.to && timestamps[window.from]! <= window.startMs) window.from += 1;
    if (window.from >= window.to) continue;
    sampled = true;
    const value = kernel(window, Number.NaN, Number.NaN);
    if (value === undefined) continue;
    into.values[step] = value;
    into.present[step] = 1;
  }
  return sampled;
}
