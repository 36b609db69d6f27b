import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { eventually, isAlive, probeRow, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { fillDisk } from '../../../test/columns-faults.ts';
import { systemClock } from '../../base/clock.ts';
import type { Columns } from './columns.ts';

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
  return columns;
}

interface Count {
  readonly n: number;
  readonly times: number;
}

const counts = (columns: Columns): Promise<Count[]> =>
  columns.query(
    "SELECT toUInt32(values['number']) AS n, toUInt32(count()) AS times FROM probe_result GROUP BY n ORDER BY n",
  );

const numbers = (to: number, from = 0): number[] =>
  Array.from({ length: to - from }, (_, index) => index + from);
const eachOnce = (to: number): Count[] => numbers(to).map((n) => ({ n, times: 1 }));

test('the engine killed 25 times at random moments, also while it comes up, holds every row once', async () => {
  const columns = await started(directory());
  await columns.ready();
  let next = 0;
  let kills = 0;
  let lastPid = 0;
  const until = Date.now() + 120_000;
  while (kills < 25 && Date.now() < until) {
    await columns.insert(
      'probe_result',
      numbers(next + 100, next).map((n) => probeRow(n, Date.now() - (n % 4) * 86_400_000)),
    );
    next += 100;
    const { pid } = columns.status();
    if (pid !== undefined && pid !== lastPid) {
      lastPid = pid;
      kills += 1;
      setTimeout(() => process.kill(pid, 'SIGKILL'), Math.random() * 400);
    }
    await systemClock.sleep(5);
  }
  expect(kills).toBe(25);
  await columns.flush(AbortSignal.timeout(60_000));
  expect(await counts(columns)).toEqual(eachOnce(next));
  expect(columns.status().spool).toMatchObject({ bytes: 0, rejectedRows: 0 });
}, 200_000);

test('the main process killed 15 times: every acknowledged row is there once, no row twice', async () => {
  const dataDirectory = directory();
  const script = fileURLToPath(new URL('../../../test/columns-process.ts', import.meta.url));
  const acknowledged: number[] = [];
  let from = 0;
  for (let kills = 0; kills < 15; kills += 1) {
    const main = spawn(process.execPath, [script, dataDirectory, String(from)], {
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
      acknowledged.push(...numbers(last + 1, last - 19));
    });
    // Some lives end before the engine is up, most while rows are on their way.
    await systemClock.sleep(kills % 5 === 4 ? 350 : 900 + Math.random() * 900);
    main.kill('SIGKILL');
    await once(lines, 'close');
    if (engine !== 0) await eventually(() => !isAlive(engine), 5_000);
    // Rows of the call in flight may or may not have been kept: the next life begins well behind them.
    from = last + 1_000;
  }
  const columns = await started(dataDirectory);
  await columns.ready();
  await columns.flush(AbortSignal.timeout(60_000));
  const stored = await counts(columns);
  expect(acknowledged.length).toBeGreaterThan(1_000);
  expect(stored.filter(({ times }) => times !== 1)).toEqual([]);
  const present = new Set(stored.map(({ n }) => n));
  expect(acknowledged.filter((n) => !present.has(n))).toEqual([]);
}, 120_000);

test('a disk that stays full while the engine is killed and started: refused rows are told, kept ones arrive once', async ({
  skip,
}) => {
  const dataDirectory = join(directory(), 'disk');
  mkdirSync(dataDirectory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dataDirectory], {
    stdio: 'ignore',
  });
  if (mounted.status !== 0) skip('only root can mount the small file system that must outlive the engine');
  cleanUp.push(() => void spawnSync('umount', ['-l', dataDirectory]));

  const columns = await started(dataDirectory);
  await columns.ready();
  await columns.insert(
    'probe_result',
    numbers(1_000).map((n) => probeRow(n)),
  );
  await columns.flush();
  const filler = join(dataDirectory, 'filler');
  let next = 1_000;
  let refused = 0;
  for (let round = 0; round < 3; round += 1) {
    fillDisk(filler);
    for (let call = 0; call < 50; call += 1) {
      try {
        await columns.insert(
          'probe_result',
          numbers(next + 100, next).map((n) => probeRow(n)),
        );
        next += 100;
      } catch (error) {
        expect(error).toMatchObject({ code: 'spool_failed', status: 503 });
        refused += 1;
      }
      const { pid } = columns.status();
      if (call === 25 && pid !== undefined) process.kill(pid, 'SIGKILL');
      await systemClock.sleep(20);
    }
    rmSync(filler);
    await columns.insert(
      'probe_result',
      numbers(next + 100, next).map((n) => probeRow(n)),
    );
    next += 100;
    await columns.ready();
    await columns.flush(AbortSignal.timeout(60_000));
    expect(await counts(columns)).toEqual(eachOnce(next));
  }
  expect(refused).toBeGreaterThan(0);
}, 200_000);
