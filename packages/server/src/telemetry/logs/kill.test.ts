import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { eventually, isAlive, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { IncomingRecord, Source } from '../types.ts';
import { createLogs } from './service.ts';
import type { StoredRecord } from './types.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

function directory(): string {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  return made.path;
}

async function started(dataDirectory: string): Promise<Columns> {
  const columns = testColumns({ dataDirectory });
  cleanUp.push(() => columns.stop());
  await columns.start();
  await columns.ready();
  return columns;
}

const numbers = (to: number, from = 0): number[] =>
  Array.from({ length: to - from }, (_, index) => index + from);

const source: Source = { door: 'ndjson', signal: 'logs', name: 'test' };
const recordOf = (number: number): IncomingRecord => ({
  timeMs: Date.now() - (number % 3) * 86_400_000,
  category: number % 2 === 0 ? 'debug' : 'audit',
  severity: 'info',
  service: 'test',
  host: '',
  traceId: '',
  spanId: '',
  message: `record ${number}`,
  attributes: {},
});

/** Number and name of every stored record, in order of the numbers. */
const stored = (columns: Columns): Promise<{ readonly number: number; readonly id: string }[]> =>
  columns.query(
    `SELECT toUInt32(substring(message, 8)) AS number, concat(spool_id, '-', toString(spool_row)) AS id
     FROM log_record ORDER BY number, id`,
  );

test('the engine killed in a loop while records come in: each is there once, under the name that was told', async () => {
  const columns = await started(directory());
  const told: StoredRecord[] = [];
  const { intake } = createLogs({
    columns,
    clock: systemClock,
    log: silentLogger,
    onAccepted: (records) => told.push(...records),
  });
  let next = 0;
  const send = async (): Promise<void> => {
    await intake.append(numbers(next + 200, next).map(recordOf), source);
    next += 200;
  };
  for (let kills = 0; kills < 4; kills += 1) {
    for (let batch = 0; batch < 5 + kills; batch += 1) await send();
    const { pid, restarts } = columns.status();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    for (let batch = 0; batch < 5; batch += 1) await send();
    await eventually(() => columns.status().restarts > restarts, 30_000);
    await columns.ready();
  }
  await columns.flush(AbortSignal.timeout(60_000));
  expect(await stored(columns)).toEqual(
    told.map(({ id, message }) => ({ number: Number(message.slice(7)), id })),
  );
  expect(told).toHaveLength(next);
  expect(columns.status().spool).toMatchObject({ bytes: 0, rejectedRows: 0 });
}, 120_000);

test('the main process killed five times: every acknowledged record is there once', async () => {
  const dataDirectory = directory();
  const script = fileURLToPath(new URL('../../../test/logs-process.ts', import.meta.url));
  const acknowledged: number[] = [];
  const names = new Map<number, string>();
  let from = 0;
  for (let kills = 0; kills < 5; kills += 1) {
    const main = spawn(process.execPath, [script, dataDirectory, String(from)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    cleanUp.push(() => void main.kill('SIGKILL'));
    let engine = 0;
    let last = from;
    const lines = createInterface({ input: main.stdout });
    lines.on('line', (line) => {
      const [word, value, id = ''] = line.split(' ');
      if (word === 'up') engine = Number(value);
      if (word !== 'ack') return;
      last = Number(value);
      names.set(last, id);
      acknowledged.push(...numbers(last + 1, last - 39));
    });
    // One life ends before the engine is up, the others while records are on their way.
    const wanted = acknowledged.length + 400;
    await eventually(() => acknowledged.length >= wanted && (engine !== 0 || kills === 3), 40_000);
    await systemClock.sleep(Math.random() * 300);
    main.kill('SIGKILL');
    await once(lines, 'close');
    if (engine !== 0) await eventually(() => !isAlive(engine), 5_000);
    // Records of the call in flight may or may not have been kept: the next life begins well behind them.
    from = last + 1_000;
  }
  const columns = await started(dataDirectory);
  await columns.flush(AbortSignal.timeout(60_000));
  const found = new Map<number, string>();
  for (const { number, id } of await stored(columns)) {
    expect(found.has(number), `record ${number} is there twice`).toBe(false);
    found.set(number, id);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(2_000);
  expect(acknowledged.filter((number) => !found.has(number))).toEqual([]);
  for (const [number, id] of names) expect(found.get(number)).toBe(id);
}, 120_000);
