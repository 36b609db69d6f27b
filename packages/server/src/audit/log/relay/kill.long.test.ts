import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseSeed, seededRandom } from '../../../../test/seeded-random.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { openSqlite } from '../../../storage/state/sqlite.ts';
import { testOptions } from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';
import { createFileLeafLog } from './file-leaf-log.ts';
import { writerPath } from './writer-fixture.ts';

const seed = chooseSeed();

/** Runs a writer until it is killed. Returns what it said was acknowledged. */
async function live(directory: string, run: string, ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [writerPath, directory, run], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  const opened = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes('open\n')) resolve();
    });
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
  const closed = once(child, 'close');
  await Promise.race([opened, closed]);
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const [, signal] = (await closed) as [number | null, string | null];
  clearTimeout(timer);
  expect([errors, signal], run).toEqual(['', 'SIGKILL']);
  return output.split('\n').slice(1, -1);
}

const kills = Number(process.env['CUSTOS_TEST_KILLS'] ?? 1000) / 20;

test(`over ${kills} kills every committed entry is in the log once and in its caller’s order (seed ${seed})`, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-relay-'));
  const random = seededRandom(seed);
  const acked = new Set<string>();
  for (let kill = 1; kill <= kills; kill += 1) {
    for (const text of await live(directory, String(kill), random() * 100)) acked.add(text);
  }
  const state = openSqlite(join(directory, 'state.sqlite'));
  const ledger = await openLedger(testOptions(join(directory, 'ledger'), systemClock));
  const leafLog = createFileLeafLog({ ledger, state, clock: systemClock, log: silentLogger });
  await leafLog.start();
  await leafLog.settle();
  const reader = ledger.reader('general');
  const all: string[] = [];
  for (let index = 0; index < reader.head().size; index += 1)
    all.push((await reader.entry(index)).toString());
  await leafLog.stop();
  await ledger.close();
  await state.close();
  rmSync(directory, { recursive: true, force: true });

  expect(acked.size).toBeGreaterThan(kills);
  expect(new Set(all).size).toBe(all.length);
  const kept = new Set(all);
  expect([...acked].filter((text) => !kept.has(text))).toEqual([]);
  const last = new Map<string, number>();
  for (const text of all) {
    const [run, caller, turn] = text.split('/').map(Number) as [number, number, number];
    const key = `${run}/${caller}`;
    // None is missing in between: a caller goes on only after the one before was acknowledged.
    expect(turn, text).toBe((last.get(key) ?? -1) + 1);
    last.set(key, turn);
  }
});
