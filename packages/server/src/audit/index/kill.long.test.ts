import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually, isAlive, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { chooseSeed, seededRandom } from '../../../test/seeded-random.ts';
import { systemClock } from '../../base/clock.ts';
import { testOptions } from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import { testIndex } from './index-fixture.ts';
import { indexingProcess } from './indexing-process-fixture.ts';

const kills = 25;

/** Runs the process, kills it or its engine some time after it has indexed something, and ends it. */
async function runAndKill(directory: string, random: () => number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [indexingProcess, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const indexed = (): number => Number(/.*indexed (\d+)/s.exec(output)?.[1] ?? 0);
  await eventually(() => /engine \d+/.test(output), 20_000);
  const engine = Number(/engine (\d+)/.exec(output)?.[1]);
  const before = indexed();
  if (random() < 0.5) {
    await systemClock.sleep(random() * 300);
    process.kill(engine, 'SIGKILL');
    // Until the next one is at work.
    await eventually(() => indexed() > before, 20_000);
  }
  await systemClock.sleep(random() * 400);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await eventually(() => !isAlive(engine));
  const acked = new Map<string, number>();
  for (const [, log = '', index = ''] of output.matchAll(/^acked (\w+) (\d+)$/gm))
    acked.set(log, Number(index));
  return acked;
}

test(`after ${kills} kills of the process or its engine in the midst of indexing no row is missing or there twice`, async () => {
  const directory = temporaryDirectory();
  const seed = chooseSeed();
  const random = seededRandom(seed);
  const acked = new Map<string, number>();
  for (let kill = 0; kill < kills; kill += 1) {
    for (const [log, index] of await runAndKill(directory.path, random)) acked.set(log, index);
  }
  const ledger = await openLedger(testOptions(join(directory.path, 'ledger'), systemClock));
  const columns = testColumns({ dataDirectory: join(directory.path, 'columns') });
  const index = testIndex(columns, ledger);
  try {
    await columns.start();
    await columns.ready();
    await index.start();
    await eventually(() => index.settle(1_000), 20_000);
    for (const [log, last] of acked)
      expect(ledger.reader(log).head().size, `seed ${seed}`).toBeGreaterThan(last);
    const rows = await columns.query<{ log: string; n: number; distinct: number }>(
      'SELECT log, count() AS n, uniqExact(idx) AS distinct FROM audit_event GROUP BY log ORDER BY log',
    );
    expect(rows, `seed ${seed}`).toEqual(
      ['general', 'security'].map((log) => {
        const { size } = ledger.reader(log).head();
        return { log, n: size, distinct: size };
      }),
    );
    expect((await index.checkCompleteness()).ok, `seed ${seed}`).toBe(true);
  } finally {
    await index.stop();
    await columns.stop();
    await ledger.close();
    directory.remove();
  }
}, 600_000);
