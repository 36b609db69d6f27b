import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import type { ColumnRow, Columns } from './columns.ts';
import { rollUpProbeDays } from './probe-rollup.ts';

const dayMs = 86_400_000;
// Today at 12:00 UTC: the table's TTL goes by the host's clock, so the days must be recent ones.
const noon = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2;
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

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

function result(time: number, status: string, latency: number | null): ColumnRow {
  return { probe_id: 'prb_1', time, status, latency_ms: latency };
}

const daily = (): Promise<ColumnRow[]> =>
  columns.query(
    `SELECT probe_id, toString(day) AS day, checks, up, degraded, down, inconclusive, latency_count, latency_sum_ms,
            latency_min_ms, latency_max_ms, latency_p50_ms, latency_p95_ms, latency_p99_ms
     FROM probe_daily FINAL ORDER BY day, probe_id`,
  );

test('a past day is summed up exactly, at its UTC borders, and today is left alone', async () => {
  const start = noon - dayMs / 2 - dayMs;
  await columns.insert('probe_result', [
    result(start, 'up', 10),
    result(start + 1, 'up', 20),
    result(start + 2, 'degraded', 400),
    result(start + 3, 'inconclusive', null),
    result(start + dayMs - 1, 'down', null),
    result(start + dayMs, 'up', 1),
  ]);
  await columns.flush();
  expect(await rollUpProbeDays(columns, noon)).toEqual([dayOf(start)]);
  expect(await daily()).toEqual([
    {
      probe_id: 'prb_1',
      day: dayOf(start),
      checks: 5,
      up: 2,
      degraded: 1,
      down: 1,
      inconclusive: 1,
      latency_count: 3,
      latency_sum_ms: 430,
      latency_min_ms: 10,
      latency_max_ms: 400,
      latency_p50_ms: 20,
      latency_p95_ms: 400,
      latency_p99_ms: 400,
    },
  ]);
});

test('running it again changes nothing, and late rows bring only their day up to date', async () => {
  const before = await daily();
  expect(await rollUpProbeDays(columns, noon)).toEqual([]);
  expect(await daily()).toEqual(before);

  const late = noon - 3 * dayMs;
  await columns.insert('probe_result', [result(late, 'down', null)]);
  await columns.flush();
  expect(await rollUpProbeDays(columns, noon + 1)).toEqual([dayOf(late)]);
  await columns.insert('probe_result', [result(late + 1, 'up', 5)]);
  await columns.flush();
  expect(await rollUpProbeDays(columns, noon + 2)).toEqual([dayOf(late)]);
  const after = await daily();
  expect(after.slice(1)).toEqual(before);
  expect(after[0]).toMatchObject({
    day: dayOf(late),
    checks: 2,
    up: 1,
    down: 1,
    latency_count: 1,
    latency_p99_ms: 5,
  });
});

test('a day without any latency has no quantiles rather than zeros', async () => {
  const time = noon - 5 * dayMs;
  await columns.insert('probe_result', [result(time, 'down', null)]);
  await columns.flush();
  await rollUpProbeDays(columns, noon + 3);
  expect((await daily())[0]).toMatchObject({
    day: dayOf(time),
    latency_sum_ms: 0,
    latency_min_ms: null,
    latency_p50_ms: null,
  });
});

test('a day near the end of its raw rows is not rolled up again from what is left of it', async () => {
  await columns.insert('probe_result', [result(noon - 29 * dayMs, 'up', 1)]);
  await columns.flush();
  expect(await rollUpProbeDays(columns, noon + 4)).toEqual([]);
});
