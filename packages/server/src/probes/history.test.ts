import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../test/columns.ts';
import { silentLogger } from '../base/logger.ts';
import type { Columns } from '../storage/columns/columns.ts';
import { rollUpProbeDays } from '../storage/columns/probe-rollup.ts';
import { bucketMs, createColumnsSink, createHistory, mergeDays } from './history.ts';
import type { ResultRow } from './types.ts';

const directory = temporaryDirectory();
let columns: Columns;
beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

const dayMs = 86_400_000;
const today = Math.floor(Date.now() / dayMs) * dayMs;
const start = today - dayMs;
const row = (at: number, status: ResultRow['status'], latencyMs: number | null): ResultRow => ({
  probeId: 'prb_1',
  at,
  status,
  latencyMs,
  message: `m "${status}"\n`,
  values: { cpu_percent: latencyMs ?? 0 },
});

test('what the sink takes comes back as results, series and days', async () => {
  const history = createHistory(columns);
  createColumnsSink({ columns, log: silentLogger, node: 'n' }).record([
    row(start + 500, 'up', 10),
    row(start + 1500, 'up', 30),
    row(start + 61_000, 'down', null),
    row(start + 62_000, 'inconclusive', null),
    { ...row(start + 1000, 'down', 5), probeId: 'prb_other' },
  ]);
  await expect
    .poll(async () => (await columns.query('SELECT 1 FROM probe_result')).length, { timeout: 15_000 })
    .toBe(5);
  const range = { from: start, to: start + 180_000 };

  const first = await history.results('prb_1', { ...range, limit: 3 });
  expect(first.items[0]).toEqual({
    at: start + 62_000,
    status: 'inconclusive',
    latencyMs: null,
    message: 'm "inconclusive"\n',
    values: { cpu_percent: 0 },
  });
  const second = await history.results('prb_1', { ...range, limit: 3, cursor: first.nextCursor ?? '' });
  expect(second).toMatchObject({ items: [{ at: start + 500, latencyMs: 10 }], nextCursor: null });

  const series = await history.series('prb_1', { ...range, points: 3, value: 'latency_ms' });
  expect(series).toEqual({
    value: 'latency_ms',
    stepMs: 60_000,
    times: [start, start + 60_000, start + 120_000],
    average: [20, null, null],
    minimum: [10, null, null],
    maximum: [30, null, null],
    p95: [29, null, null],
    failed: [0, 1, null],
  });
  const cpu = await history.series('prb_1', { ...range, points: 3, value: 'cpu_percent' });
  expect(cpu.maximum).toEqual([30, 0, null]);
  const none = await history.series('prb_1', { ...range, points: 3, value: 'no_such' });
  expect(none.average).toEqual([null, null, null]);

  await rollUpProbeDays(columns, Date.now());
  const days = await history.days('prb_1', { from: start - dayMs, to: Date.now() });
  expect(days).toMatchObject([
    {
      day: new Date(start).toISOString().slice(0, 10),
      checks: 4,
      up: 2,
      down: 1,
      uptime: 2 / 3,
      averageMs: 20,
    },
  ]);
  const counters = {
    uptime: {
      hours: [],
      days: [
        { start: today / dayMs, up: 1, degraded: 0, down: 1 },
        { start: start / dayMs, up: 9, degraded: 0, down: 0 },
      ],
    },
  };
  expect(
    mergeDays(days, counters, { from: start, to: Date.now() }).map(({ up, uptime }) => [up, uptime]),
  ).toEqual([
    [2, 2 / 3],
    [1, 0.5],
  ]);
});

test('buckets are round and at most as many as asked for', () => {
  for (const [range, points, step] of [
    [dayMs, 300, 300_000],
    [3_600_000, 300, 15_000],
    [90 * dayMs, 300, 43_200_000],
    [1000, 300, 1000],
    [4000 * dayMs, 100, 40 * dayMs],
  ] as const) {
    expect(bucketMs(range, points)).toBe(step);
    expect(range / step).toBeLessThanOrEqual(points);
  }
});
