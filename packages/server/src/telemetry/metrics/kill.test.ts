import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { eventually, isAlive, startEngine, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { startLossyProxy } from '../../../test/columns-faults.ts';
import { systemClock } from '../../base/clock.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { batchOf, listed, metricsOn, selected, source, type TestSample } from './metrics-fixture.ts';
import type { Metrics } from './service.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

function directory(): string {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  return made.path;
}

async function started(columns: Columns): Promise<Columns> {
  cleanUp.push(() => columns.stop());
  await columns.start();
  return columns;
}

const begin = Date.now() - 3_600_000;

/** As `test/metrics-process.ts` makes them. */
const sample = (number: number): TestSample => [
  { __name__: 'm', series: String(number % 50) },
  begin + number,
  number % 7 === 0 ? 'stale' : number,
];

const numbers = (to: number, from = 0): number[] =>
  Array.from({ length: to - from }, (_, index) => index + from);

/** The number of every stored sample, in order; raises when one has not the value that it was sent with. */
async function storedNumbers(metrics: Metrics): Promise<number[]> {
  const found: number[] = [];
  for (const series of await selected(metrics, { fromMs: begin, toMs: begin + 3_000_000 })) {
    for (const [atMs, value] of listed(series)) {
      const number = atMs - begin;
      expect([series.labels, atMs, value]).toEqual(sample(number));
      found.push(number);
    }
  }
  return found.toSorted((a, b) => a - b);
}

test('the engine killed in a loop while samples come in: each is there once, with its bits', async () => {
  const columns = await started(testColumns({ dataDirectory: directory() }));
  await columns.ready();
  const metrics = metricsOn(columns);
  let next = 0;
  for (let kills = 0; kills < 4; kills += 1) {
    const until = Date.now() + 400 + kills * 37;
    let killed = false;
    while (Date.now() < until) {
      await metrics.intake.append(batchOf(metrics, numbers(next + 200, next).map(sample)), source);
      next += 200;
      const { pid } = columns.status();
      if (!killed && Date.now() > until - 150 && pid !== undefined) {
        killed = true;
        process.kill(pid, 'SIGKILL');
      }
    }
    await columns.ready();
  }
  await eventually(() => columns.status().restarts >= 4);
  await columns.flush(AbortSignal.timeout(60_000));
  expect(await storedNumbers(metricsOn(columns))).toEqual(numbers(next));
  expect(columns.status().spool).toMatchObject({ bytes: 0, rejectedRows: 0 });
}, 90_000);

test('an answer that was lost makes a block go out again, and its samples are there once', async () => {
  const dataDirectory = directory();
  const engine = await startEngine(`${dataDirectory}/elsewhere`);
  const proxy = await startLossyProxy(engine.endpoint.url, 'metric_sample_spool');
  cleanUp.push(() => engine.kill(), proxy.close);
  const url = `http://custos:${engine.endpoint.password}@127.0.0.1:${proxy.port}/custos`;
  const columns = await started(testColumns({ dataDirectory, url }));
  await columns.ready();
  const metrics = metricsOn(columns);
  await metrics.intake.append(batchOf(metrics, numbers(50).map(sample)), source);
  await columns.flush();
  await columns.command('SYSTEM STOP MERGES metric_sample');
  proxy.loseAnswers(1);
  await metrics.intake.append(batchOf(metrics, numbers(300, 50).map(sample)), source);
  await columns.flush(AbortSignal.timeout(60_000));
  expect(proxy.lost()).toBe(1);
  const [raw] = await columns.query<{ rows: number }>('SELECT toUInt32(count()) AS rows FROM metric_sample');
  // Twice there until a merge; once for whoever reads.
  expect(raw?.rows).toBe(550);
  expect(await storedNumbers(metricsOn(columns))).toEqual(numbers(300));
  await columns.command('SYSTEM START MERGES metric_sample');
  await columns.command('OPTIMIZE TABLE metric_sample FINAL');
  const [merged] = await columns.query<{ rows: number }>(
    'SELECT toUInt32(count()) AS rows FROM metric_sample',
  );
  expect(merged?.rows).toBe(300);
}, 90_000);

test('the main process killed five times: every acknowledged sample is there once', async () => {
  const dataDirectory = directory();
  const script = fileURLToPath(new URL('../../../test/metrics-process.ts', import.meta.url));
  const acknowledged: number[] = [];
  let from = 0;
  for (let kills = 0; kills < 5; kills += 1) {
    const main = spawn(process.execPath, [script, dataDirectory, String(begin), String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.push(() => void main.kill('SIGKILL'));
    let engine = 0;
    let last = from;
    const lines = createInterface({ input: main.stdout });
    lines.on('line', (line) => {
      const [word, value] = line.split(' ');
      if (word === 'up') engine = Number(value);
      if (word !== 'ack') return;
      last = Number(value);
      acknowledged.push(...numbers(last + 1, last - 39));
    });
    // One life ends before the engine is up, the others while samples are on their way.
    const wanted = acknowledged.length + 400;
    await eventually(() => acknowledged.length >= wanted && (engine !== 0 || kills === 3), 40_000);
    await systemClock.sleep(Math.random() * 300);
    main.kill('SIGKILL');
    await once(lines, 'close');
    if (engine !== 0) await eventually(() => !isAlive(engine), 5_000);
    // Samples of the call in flight may or may not have been kept: the next life begins well behind them.
    from = last + 1_000;
  }
  const columns = await started(testColumns({ dataDirectory }));
  await columns.ready();
  await columns.flush(AbortSignal.timeout(60_000));
  const stored = await storedNumbers(metricsOn(columns));
  const present = new Set(stored);
  expect(present.size).toBe(stored.length);
  expect(acknowledged.length).toBeGreaterThanOrEqual(2_000);
  expect(acknowledged.filter((number) => !present.has(number))).toEqual([]);
}, 90_000);
