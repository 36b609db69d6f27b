import { expect } from 'vitest';
import { systemClock, type Clock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Labels } from '../../base/labels.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createMatcher } from '../promql/matcher.ts';
import { isStaleAt, writeStale } from '../promql/stale.ts';
import type { MatchOperator, MatrixSeries, StoredSeries } from '../promql/types.ts';
import type { SampleBatch, Series, Source } from '../types.ts';
import { dayMs } from './types.ts';
import { createMetrics, type Metrics, type MetricsOptions } from './service.ts';

export const source: Source = { door: 'remote-write', signal: 'metrics', name: 'test' };

/** The beginning of the UTC day. Its predecessors are recent enough for the engine's own clock, which drops old rows. */
export const today = Math.floor(systemClock.now() / dayMs) * dayMs;

/** A clock that starts at today's noon, and some ms later: whatever the time is, no day ends meanwhile. */
export function fromNoon(laterMs = 0): Clock {
  const aheadMs = today + dayMs / 2 + laterMs - systemClock.now();
  return { ...systemClock, now: () => systemClock.now() + aheadMs };
}

/** A value as tests write it; `stale` is the stale marker. */
export type TestValue = number | 'stale';
export type TestSample = readonly [labels: Labels, atMs: number, value: TestValue];

export function metricsOn(columns: Columns, options: Partial<MetricsOptions> = {}): Metrics {
  return createMetrics({ columns, clock: systemClock, log: silentLogger, shared: false, ...options });
}

/** A batch of samples whose series are made known first; raises when one is refused. */
export function batchOf(metrics: Metrics, samples: readonly TestSample[]): SampleBatch {
  const values = new Float64Array(samples.length);
  const series = samples.map(([labels, , value], index): Series => {
    if (value === 'stale') writeStale(values, index);
    else values[index] = value;
    const known = metrics.intake.series(labels, source);
    if ('reason' in known) throw new Error(known.message);
    return known;
  });
  return { series, times: Float64Array.from(samples, ([, atMs]) => atMs), values };
}

export const matcher = (name: string, operator: MatchOperator, value: string) =>
  createMatcher(name, operator, value);

export async function selected(
  metrics: Metrics,
  range: { readonly fromMs: number; readonly toMs: number; readonly name?: string },
): Promise<readonly StoredSeries[]> {
  return metrics.storage.select({
    matchers: [matcher('__name__', '=', range.name ?? 'm')],
    fromMs: range.fromMs,
    toMs: range.toMs,
    signal: new AbortController().signal,
  });
}

/** Time and value of each sample, stale markers named. */
export function listed({ timestamps, values }: StoredSeries): (readonly [number, TestValue])[] {
  return Array.from(timestamps, (atMs, index) => [atMs, isStaleAt(values, index) ? 'stale' : values[index]!]);
}

const close = (left: number, right: number): boolean =>
  Object.is(left, right) ||
  left === right ||
  Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left), Math.abs(right));

/** Raises unless the lines are the same but for the last digits of their values. */
export function expectSameSeries(
  found: readonly MatrixSeries[],
  wanted: readonly MatrixSeries[],
  what: string,
): void {
  expect(
    found.map(({ labels, timestamps }) => [labels, [...timestamps]]),
    what,
  ).toEqual(wanted.map(({ labels, timestamps }) => [labels, [...timestamps]]));
  for (const [index, { values, timestamps }] of found.entries()) {
    for (const [at, value] of values.entries()) {
      const other = wanted[index]!.values[at]!;
      if (!close(value, other)) expect([timestamps[at], value], what).toEqual([timestamps[at], other]);
    }
  }
}
