import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import {
  eventually,
  isAlive,
  probeRow,
  startEngine,
  temporaryDirectory,
  testColumns,
} from '../../../test/columns.ts';
import { fillDisk, smallDisk, startLossyProxy } from '../../../test/columns-faults.ts';
import { randomToken } from '../../base/ids.ts';
import type { Columns } from './columns.ts';
import type { ColumnsOptions } from './create.ts';
import { schemaSteps } from './ddl/steps.ts';

const cleanUp: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).toReversed()) await undo();
});

function directory(): string {
  const made = temporaryDirectory();
  cleanUp.push(made.remove);
  return made.path;
}

async function started(options: Partial<ColumnsOptions> & { dataDirectory: string }): Promise<Columns> {
  const columns = testColumns(options);
  cleanUp.push(() => columns.stop());
  await columns.start();
  return columns;
}

const counted = async (columns: Columns): Promise<readonly number[]> =>
  (
    await columns.query<{ n: number }>("SELECT toUInt32(values['number']) AS n FROM probe_result ORDER BY n")
  ).map((row) => row.n);

const numbers = (to: number, from = 0): number[] =>
  Array.from({ length: to - from }, (_, index) => index + from);

test('rows handed over before the engine is up are there once it is, with their values', async () => {
  const columns = await started({ dataDirectory: directory() });
  const at = Date.now();
  expect(columns.status().state).toBe('starting');
  await columns.insert('probe_result', [
    { ...probeRow(1, at), error_message: 'it\'s "down"\n\\', latency_ms: null },
  ]);
  await expect(columns.query('SELECT 1')).rejects.toMatchObject({ code: 'columns_unavailable', status: 503 });
  await columns.ready();
  await columns.flush();
  const rows = await columns.query(
    'SELECT probe_id, toUnixTimestamp64Milli(time) AS at, latency_ms, error_message, values FROM probe_result WHERE probe_id = {id:String}',
    { id: 'prb_1' },
  );
  expect(rows).toEqual([
    { probe_id: 'prb_1', at, latency_ms: null, error_message: 'it\'s "down"\n\\', values: { number: 1 } },
  ]);
  expect(columns.status()).toMatchObject({
    state: 'up',
    engine: 'embedded',
    restarts: 0,
    lastError: undefined,
    spool: { bytes: 0, deliveredRows: 1, rejectedRows: 0 },
  });
});

test('stop and start keep every row, and the schema is applied once', async () => {
  const dataDirectory = directory();
  const first = await started({ dataDirectory });
  await first.ready();
  await first.insert(
    'probe_result',
    numbers(100).map((n) => probeRow(n)),
  );
  await first.stop();
  await expect(first.insert('probe_result', [probeRow(0)])).rejects.toMatchObject({
    code: 'columns_unavailable',
  });
  await first.stop();

  const second = await started({ dataDirectory });
  await second.ready();
  expect(await counted(second)).toEqual(numbers(100));
  expect(await second.query('SELECT id, count() AS times FROM schema_step GROUP BY id ORDER BY id')).toEqual(
    schemaSteps.map(({ id }) => ({ id, times: 1 })),
  );
  expect(readdirSync(join(dataDirectory, 'spool', 'probe_result'))).toEqual([]);
});

test('a store written by a later version is refused and says so', async () => {
  const dataDirectory = directory();
  const later = await started({
    dataDirectory,
    steps: [...schemaSteps, { id: '9999-later', statements: ['SELECT 1'], spooled: [] }],
  });
  await later.ready();
  await later.stop();
  const columns = await started({ dataDirectory });
  await eventually(() => columns.status().state === 'down');
  expect(columns.status().lastError).toContain('9999-later');
  await expect(columns.query('SELECT 1')).rejects.toMatchObject({ code: 'columns_unavailable' });
  // Rows still find a place, for when the right version is back.
  await columns.insert('probe_result', [probeRow(1)]);
});

test('a step that was cut off half way is finished by the next start', async () => {
  const dataDirectory = directory();
  const broken = await started({
    dataDirectory,
    steps: [
      {
        id: '0001-probe-results',
        statements: [schemaSteps[0]?.statements[0] ?? '', 'NO SUCH STATEMENT'],
        spooled: [],
      },
    ],
  });
  await eventually(() => broken.status().state === 'down');
  await broken.stop();
  const columns = await started({ dataDirectory });
  await columns.ready();
  expect(await columns.query('SELECT count() AS n FROM probe_daily')).toEqual([{ n: 0 }]);
});

test('the engine killed in a loop during inserts holds every row once', async () => {
  const columns = await started({ dataDirectory: directory() });
  await columns.ready();
  let next = 0;
  const send = async (): Promise<void> => {
    await columns.insert(
      'probe_result',
      numbers(next + 200, next).map((n) => probeRow(n, Date.now() - (n % 3) * 86_400_000)),
    );
    next += 200;
  };
  for (let kills = 0; kills < 4; kills += 1) {
    const { pid, restarts } = columns.status();
    for (let call = 0; call < 30 + kills * 7; call += 1) await send();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    for (let call = 0; call < 10; call += 1) await send();
    await eventually(() => columns.status().restarts > restarts, 30_000);
    await columns.ready();
  }
  await columns.flush(AbortSignal.timeout(60_000));
  expect(await counted(columns)).toEqual(numbers(next));
  expect(columns.status().lastError).toContain('SIGKILL');
  expect(columns.status().spool.bytes).toBe(0);
}, 120_000);

test('a row that can never be stored is set aside and the others get through', async () => {
  const dataDirectory = directory();
  const columns = await started({ dataDirectory });
  await columns.ready();
  const rows = numbers(50).map((n) => probeRow(n));
  rows[17] = { ...probeRow(17), time: 'yesterday' };
  await columns.insert('probe_result', rows);
  await columns.flush(AbortSignal.timeout(10_000));
  expect(await counted(columns)).toEqual(numbers(50).filter((n) => n !== 17));
  expect(columns.status().spool).toMatchObject({ rejectedRows: 1, bytes: 0 });
  expect(readFileSync(join(dataDirectory, 'spool', 'probe_result', 'rejected.jsonl'), 'utf8')).toContain(
    'yesterday',
  );
});

test('the spool refuses rows at its bound while the engine is away', async () => {
  const columns = await started({
    dataDirectory: directory(),
    launcher: ['/bin/false'],
    limits: { spoolBytes: 10_000 },
  });
  await eventually(() => columns.status().state === 'down');
  expect(columns.status().lastError).toContain('exit code 1');
  const row = { ...probeRow(1), error_message: 'x'.repeat(4_000) };
  await columns.insert('probe_result', [row, row]);
  await expect(columns.insert('probe_result', [row])).rejects.toMatchObject({
    code: 'spool_full',
    status: 503,
  });
  expect(columns.status().spool.bytes).toBeGreaterThan(8_000);
});

test('errors of a query tell whose fault it was', async () => {
  const columns = await started({ dataDirectory: directory() });
  await columns.ready();
  await expect(columns.query('SELEC')).rejects.toMatchObject({
    code: 'columns_query_failed',
    engineCode: 62,
  });
  await expect(
    columns.query('SELECT sum(sipHash64(number)) FROM numbers(100000000000)', {}, { timeoutMs: 300 }),
  ).rejects.toMatchObject({ code: 'query_too_heavy', status: 422, engineCode: 159 });
  const abort = new AbortController();
  const query = columns.query('SELECT sleep(1)', {}, { signal: abort.signal });
  abort.abort(new Error('changed my mind'));
  await expect(query).rejects.toThrow('changed my mind');
});

test('the engine ends when the main process is killed', async () => {
  const dataDirectory = directory();
  const script = fileURLToPath(new URL('../../../test/columns-process.ts', import.meta.url));
  const main = spawn(process.execPath, [script, dataDirectory], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp.push(() => void main.kill('SIGKILL'));
  const [line] = (await once(main.stdout, 'data')) as [Buffer];
  const pid = Number(/up (\d+)/.exec(line.toString())?.[1]);
  expect(isAlive(pid)).toBe(true);
  main.kill('SIGKILL');
  await eventually(() => !isAlive(pid), 5_000);
});

test('the secret is neither in the arguments nor in the environment of the engine', async () => {
  const columns = await started({ dataDirectory: directory() });
  await columns.ready();
  const pid = columns.status().pid ?? 0;
  if (process.platform === 'linux') {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry !== '');
    expect(new Set(environment.map((entry) => entry.split('=')[0]))).toEqual(
      new Set(['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE', 'TZ', 'UV_THREADPOOL_SIZE']),
    );
    expect(
      readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .filter((entry) => entry !== ''),
    ).toEqual([
      process.execPath,
      expect.stringMatching(/^--max-semi/) as string,
      expect.stringMatching(/^--v8-pool/) as string,
      expect.stringMatching(/main\.ts$/) as string,
    ]);
  } else {
    expect(execFileSync('ps', ['-o', 'args=', '-p', String(pid)]).toString()).not.toContain('password');
  }
});

test('a second engine on the same directory is refused and the first lives on', async () => {
  const dataDirectory = directory();
  const first = await started({ dataDirectory });
  await first.ready();
  await expect(startEngine(join(dataDirectory, 'engine'))).rejects.toThrow('in use by another process');
  expect(await first.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('switched off means refused and not silently dropped', async () => {
  const columns = await started({ dataDirectory: directory(), url: 'off' });
  expect(columns.status().state).toBe('disabled');
  await expect(columns.insert('probe_result', [probeRow(1)])).rejects.toMatchObject({
    code: 'columns_unavailable',
  });
});

test('a server at a URL is used without a child, and an answer that is lost doubles no row', async () => {
  const dataDirectory = directory();
  const engine = await startEngine(join(dataDirectory, 'elsewhere'));
  const proxy = await startLossyProxy(engine.endpoint.url);
  cleanUp.push(() => engine.kill(), proxy.close);
  const columns = await started({
    dataDirectory,
    url: `http://custos:${engine.endpoint.password}@127.0.0.1:${proxy.port}/custos`,
  });
  await columns.ready();
  proxy.loseAnswers(2);
  const today = Date.now();
  await columns.insert(
    'probe_result',
    numbers(300).map((n) => probeRow(n, today - (n % 3) * 86_400_000)),
  );
  await columns.flush(AbortSignal.timeout(15_000));
  // The first answer is lost; the look-up then finds the rows, so there is no second insert to lose.
  expect(proxy.lost()).toBe(1);
  expect(await counted(columns)).toEqual(numbers(300));
  expect(columns.status()).toMatchObject({ engine: 'server', pid: undefined, state: 'up', restarts: 1 });
});

test('a full disk makes rows wait and says so; once there is room every row arrives once', async ({
  skip,
}) => {
  const dataDirectory = directory();
  const launcher = smallDisk(join(dataDirectory, 'engine'), 48);
  if (launcher === undefined)
    skip('this host lets the user mount no file system, even in a namespace of its own');
  const columns = await started({ dataDirectory, launcher: launcher ?? [] });
  await columns.ready();
  await columns.insert(
    'probe_result',
    numbers(100).map((n) => probeRow(n)),
  );
  await columns.flush();

  // The engine's file system as seen by the engine, which has a mount of its own there.
  const filler = `/proc/${columns.status().pid}/root${join(dataDirectory, 'engine', 'filler')}`;
  fillDisk(filler);
  await columns.insert(
    'probe_result',
    numbers(5_000, 100).map((n) => ({ ...probeRow(n), error_message: randomToken(40) })),
  );
  await eventually(() => columns.status().spool.lastError !== undefined);
  expect(columns.status().spool.lastError).toMatch(/space/i);
  expect(columns.status().spool.bytes).toBeGreaterThan(100_000);
  await columns.insert(
    'probe_result',
    numbers(5_100, 5_000).map((n) => probeRow(n)),
  );

  rmSync(filler);
  await columns.flush(AbortSignal.timeout(20_000));
  expect(await counted(columns)).toEqual(numbers(5_100));
  expect(columns.status().spool).toMatchObject({ bytes: 0, rejectedRows: 0, lastError: undefined });
});

test('rows that are loaded past the spool are there when the call resolves, and a refusal is told', async () => {
  const columns = await started({ dataDirectory: directory() });
  const rows = (...lines: readonly string[]): { columns: string[]; parts: Buffer[] } => ({
    columns: ['probe_id', 'time', 'status'],
    parts: lines.map((line) => Buffer.from(`${line}\n`)),
  });
  await expect(columns.load('probe_result', rows('["prb_1",1,"up"]'))).rejects.toMatchObject({
    code: 'columns_unavailable',
  });
  await columns.ready();
  // Of today: rows that are past their time to live go away at any moment.
  const now = Date.now();
  await columns.load('probe_result', rows(`["prb_1",${now},"up"]`, `["prb_2",${now},"up"]`));
  expect(await columns.query('SELECT probe_id FROM probe_result ORDER BY probe_id')).toEqual([
    { probe_id: 'prb_1' },
    { probe_id: 'prb_2' },
  ]);
  await expect(columns.load('probe_result', rows('["prb_3","no time","up"]'))).rejects.toMatchObject({
    code: 'columns_query_failed',
  });
  await expect(columns.load('no_such_table', rows('[1]'))).rejects.toMatchObject({
    code: 'columns_query_failed',
  });
});

test('a parameter of many bytes reaches the engine', async () => {
  const columns = await started({ dataDirectory: directory() });
  await columns.ready();
  const text = 'x'.repeat(900_000);
  expect(await columns.query('SELECT length({text:String}) AS length', { text })).toEqual([
    { length: text.length },
  ]);
});
