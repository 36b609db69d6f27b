import type { RangeFunction, Window } from '../evaluate/range-function.ts';
import { labelValue, metricName } from '../label-set.ts';

export interface RateKind {
  readonly isCounter: boolean;
  readonly perSecond: boolean;
}

/** Counts how often the values fell up to each index, in an array that serves series after series. */
function countFalls(window: Window): Uint32Array {
  const { values } = window;
  window.falls ??= { of: values, counts: new Uint32Array(0) };
  const { falls } = window;
  if (falls.of === values && falls.counts.length > 0) return falls.counts;
  if (falls.counts.length < values.length) falls.counts = new Uint32Array(values.length * 2);
  falls.of = values;
  const { counts } = falls;
  let count = 0;
  for (let index = 1; index < values.length; index += 1) {
    if (values[index]! < values[index - 1]!) count += 1;
    counts[index] = count;
  }
  return counts;
}

/** False when no value of the window is below the one before it; true when one may be. */
function mayFall(window: Window): boolean {
  const { values, from, to } = window;
  // Windows overlap, so falls are counted once for all of them; not when this one is nearly the whole series.
  if ((to - from) * 2 > values.length) return true;
  const counts = countFalls(window);
  return counts[from] !== counts[to - 1];
}

/** What is to be known of the samples of a window to extrapolate their growth to its bounds. */
export interface Growth {
  readonly samples: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly first: number;
  /** From the first sample to the last; for a counter with what it had before each fall. */
  readonly growth: number;
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The growth over a window, extrapolated to its bounds as Prometheus 3 does: by the distance to each bound
 * when it is under 1.1 average intervals, otherwise by half an interval; a counter is not carried back past
 * the time at which it would have been zero.
 */
export function extrapolate(
  { samples, firstMs, lastMs, first, growth, startMs, endMs }: Growth,
  { isCounter, perSecond }: RateKind,
): number {
  const sampled = (lastMs - firstMs) / 1000;
  const interval = sampled / (samples - 1);
  const threshold = interval * 1.1;
  let toStart = (firstMs - startMs) / 1000;
  let toEnd = (endMs - lastMs) / 1000;
  if (toStart >= threshold) toStart = interval / 2;
  if (isCounter && growth > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / growth));
  if (toEnd >= threshold) toEnd = interval / 2;
  const factor = (sampled + toStart + toEnd) / sampled;
  return growth * (perSecond ? factor / ((endMs - startMs) / 1000) : factor);
}

/** The extrapolated growth of a window. A fall of a counter is a restart from zero. */
function extrapolated(window: Window, kind: RateKind): number | undefined {
  const { timestamps, values, from, to, startMs, endMs } = window;
  const samples = to - from;
  if (samples < 2) return undefined;
  const first = values[from]!;
  let growth = values[to - 1]! - first;
  if (kind.isCounter && mayFall(window)) {
    for (let index = from + 1; index < to; index += 1) {
      const before = values[index - 1]!;
      if (values[index]! < before) growth += before;
    }
  }
  const firstMs = timestamps[from]!;
  const lastMs = timestamps[to - 1]!;
  return extrapolate({ samples, firstMs, lastMs, first, growth, startMs, endMs }, kind);
}

/** The difference of the last two samples; a counter that fell counts from zero. */
function instantaneous({ timestamps, values, from, to }: Window, isRate: boolean): number | undefined {
  if (to - from < 2) return undefined;
  const last = values[to - 1]!;
  const before = values[to - 2]!;
  const seconds = (timestamps[to - 1]! - timestamps[to - 2]!) / 1000;
  if (seconds === 0) return undefined;
  if (!isRate) return last - before;
  return (last < before ? last : last - before) / seconds;
}

const counterName = /_(?:total|sum|count|bucket)$/;

const suspectName: NonNullable<RangeFunction['inspect']> = (run, labels, span) => {
  const name = labelValue(labels, metricName);
  if (name === '' || counterName.test(name)) return;
  run.annotations.inform(
    `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
    span,
  );
};

export const rateFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  [
    'rate',
    {
      kernel: (window: Window) => extrapolated(window, { isCounter: true, perSecond: true }),
      inspect: suspectName,
    },
  ],
  [
    'increase',
    {
      kernel: (window: Window) => extrapolated(window, { isCounter: true, perSecond: false }),
      inspect: suspectName,
    },
  ],
  ['delta', { kernel: (window: Window) => extrapolated(window, { isCounter: false, perSecond: false }) }],
  ['irate', { kernel: (window: Window) => instantaneous(window, true) }],
  ['idelta', { kernel: (window: Window) => instantaneous(window, false) }],
]);
