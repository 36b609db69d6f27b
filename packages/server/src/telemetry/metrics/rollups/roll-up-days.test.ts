import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, isAlive, temporaryDirectory, testColumns } from '../../../../test/columns.ts';
import { systemClock } from '../../../base/clock.ts';
import type { Columns } from '../../../storage/columns/columns.ts';
import { batchOf, metricsOn, source, type TestSample, fromNoon, today } from '../metrics-fixture.ts';
import { dayMs } from '../types.ts';
import type { Metrics } from '../service.ts';
import { usableDays } from './days.ts';
import { rollUpDays } from './roll-up-days.ts';
import { createRollupStore } from './store.ts';

const hourMs = 3_600_000;
const dateOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

let directory: ReturnType<typeof temporaryDirectory>;
let columns: Columns;

async function begin(): Promise<void> {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
}
beforeEach(async () => {
  directory = temporaryDirectory();
  await begin();
});
afterEach(async () => {
  await columns.stop();
  directory.remove();
});

const headless = (): Metrics =>
  metricsOn(columns, { clock: fromNoon(), limits: { headMs: 0, pastMs: 400 * dayMs } });

async function store(samples: readonly TestSample[]): Promise<void> {
  const writer = headless();
  await writer.intake.append(batchOf(writer, samples), source);
  await columns.flush();
}

const everyMinute = (dayBegins: number, labels = {}): TestSample[] =>
  Array.from({ length: 1_440 }, (_, minute) => [
    { __name__: 'm_total', ...labels },
    dayBegins + minute * 60_000,
    minute,
  ]);

async function usable(): Promise<(readonly [string, boolean])[]> {
  const days = await usableDays(createRollupStore(columns), {
    fromMs: today - 30 * dayMs,
    toMs: today + dayMs,
  });
  return days.map(({ day, only }) => [dateOf(day * dayMs), only]);
}

const yesterday = today - dayMs;
const before = today - 2 * dayMs;

test('ended days are summed up, today is not, and a second time there is nothing to do', async () => {
  await store([...everyMinute(before), ...everyMinute(yesterday), [{ __name__: 'm_total' }, today + 1, 1]]);
  expect(await rollUpDays({ columns, clock: fromNoon() })).toEqual([dateOf(before), dateOf(yesterday)]);
  expect(await usable()).toEqual([
    [dateOf(before), false],
    [dateOf(yesterday), false],
  ]);
  expect(await rollUpDays({ columns, clock: fromNoon() })).toEqual([]);
  const [rows] = await columns.query<{ rows: number }>('SELECT toUInt32(count()) AS rows FROM metric_rollup');
  // Each day has a row for its first moment, which ends a window of the day before.
  expect(rows?.rows).toBe(2 * 289);
});

test('a late sample is in the answer at once, and in the rollups of its day once they are made again', async () => {
  await store(everyMinute(yesterday));
  await rollUpDays({ columns, clock: fromNoon() });
  const total = async (): Promise<number> => {
    const { value } = await headless().engine.instant({ query: 'sum_over_time(m_total[1d])', atMs: today });
    return value.type === 'vector' ? (value.samples[0]?.value ?? 0) : 0;
  };
  // From the first moment of yesterday on, which does not belong to the window.
  const sum = (1_439 * 1_440) / 2;
  expect(await total()).toBe(sum);
  await store([[{ __name__: 'm_total' }, yesterday + 12 * hourMs + 7, 1e6]]);
  expect(await usable()).toEqual([]);
  expect(await total()).toBe(sum + 1e6);
  // Not over and over, should they come all day.
  expect(await rollUpDays({ columns, clock: fromNoon(hourMs) })).toEqual([]);
  expect(await rollUpDays({ columns, clock: fromNoon(7 * hourMs) })).toEqual([dateOf(yesterday)]);
  expect(await usable()).toEqual([[dateOf(yesterday), false]]);
  expect(await total()).toBe(sum + 1e6);
  await columns.command('TRUNCATE TABLE metric_sample');
  expect(await total()).toBe(sum + 1e6);
  // A query that began before may still read the first run; two hours later it goes.
  const runs = async (): Promise<number> =>
    (await columns.query<{ run: number }>('SELECT DISTINCT run FROM metric_rollup')).length;
  expect(await runs()).toBe(2);
  await rollUpDays({ columns, clock: fromNoon(10 * hourMs) });
  expect(await runs()).toBe(1);
  expect(await total()).toBe(sum + 1e6);
});

test('two nodes at once leave one run that counts', async () => {
  await store([...everyMinute(before), ...everyMinute(yesterday)]);
  await Promise.all([
    rollUpDays({ columns, clock: fromNoon() }),
    rollUpDays({ columns, clock: fromNoon(3) }),
  ]);
  expect(await usable()).toEqual([
    [dateOf(before), false],
    [dateOf(yesterday), false],
  ]);
  const { value } = await headless().engine.instant({ query: 'count_over_time(m_total[2d])', atMs: today });
  expect(value.type === 'vector' && value.samples[0]?.value).toBe(2 * 1_440 - 1);
});

test('a day that lost samples is never made again from what is left of it', async () => {
  await store(everyMinute(yesterday));
  await rollUpDays({ columns, clock: fromNoon() });
  await columns.command('TRUNCATE TABLE metric_sample');
  await store([[{ __name__: 'm_total' }, yesterday + 20 * hourMs + 7, 5]]);
  expect(await rollUpDays({ columns, clock: fromNoon(9 * hourMs) })).toEqual([]);
  expect(await usable()).toEqual([[dateOf(yesterday), true]]);
});

test('rollups that the budget dropped are not made again, and samples answer', async () => {
  await store(everyMinute(yesterday));
  await rollUpDays({ columns, clock: fromNoon() });
  await columns.command('TRUNCATE TABLE metric_rollup');
  expect(await rollUpDays({ columns, clock: fromNoon(9 * hourMs) })).toEqual([]);
  expect(await usable()).toEqual([]);
  const { value } = await headless().engine.instant({ query: 'count_over_time(m_total[1d])', atMs: today });
  expect(value.type === 'vector' && value.samples[0]?.value).toBe(1_439);
});

test('killed at any moment of it, a day counts whole or not at all, and the next time finishes it', async () => {
  const days = Array.from({ length: 6 }, (_, ago) => today - (6 - ago) * dayMs);
  const series = Array.from({ length: 40 }, (_, index) => ({ i: String(index) }));
  await store(days.flatMap((day) => series.flatMap((labels) => everyMinute(day, labels))));
  const asked = {
    query: 'increase(m_total[1d])',
    fromMs: days[1]!,
    toMs: today,
    stepMs: dayMs,
  };
  const wanted = await headless().engine.range(asked);
  await columns.stop();
  const script = fileURLToPath(new URL('../../../../test/roll-up-process.ts', import.meta.url));
  let finished = false;
  for (let kills = 0; kills < 5 && !finished; kills += 1) {
    const main = spawn(process.execPath, [script, directory.path], { stdio: ['ignore', 'pipe', 'ignore'] });
    let engine = 0;
    createInterface({ input: main.stdout }).on('line', (line) => {
      const [word, value] = line.split(' ');
      if (word === 'up') engine = Number(value);
      if (word === 'done') finished = true;
    });
    await eventually(() => engine !== 0 || main.exitCode !== null, 30_000);
    await systemClock.sleep(40 + Math.random() * 250);
    // Now the one, now the other; on a fast machine they may have ended by themselves.
    const victim = kills % 2 === 0 ? engine : main.pid!;
    if (victim !== 0 && isAlive(victim)) process.kill(victim, 'SIGKILL');
    if (kills % 2 === 0) await systemClock.sleep(50);
    main.kill('SIGKILL');
    if (main.exitCode === null && main.signalCode === null) await once(main, 'exit');
    await eventually(() => !isAlive(engine), 5_000);
  }
  await begin();
  for (const [, only] of await usable()) expect(only).toBe(false);
  expect((await headless().engine.range(asked)).value).toEqual(wanted.value);
  await rollUpDays({ columns, clock: fromNoon() });
  expect(await usable()).toHaveLength(6);
  expect((await headless().engine.range(asked)).value).toEqual(wanted.value);
}, 180_000);
