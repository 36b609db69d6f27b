import { hash } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { testKeys, testOrigins, testPolicy } from '../packages/server/src/audit/log/ledger-fixture.ts';
import { makeLargeLog } from '../packages/server/src/audit/log/large-log-fixture.ts';
import { openLedger } from '../packages/server/src/audit/log/ledger.ts';
import { verifyLog } from '../packages/server/src/audit/log/verify/verify-log.ts';
import { systemClock } from '../packages/server/src/base/clock.ts';
import { quantile, type Figure } from './figure.ts';

const roundMs = 3000;
const receipts = 500;
const tenMillion = 10_000_000;

/** An event of about 520 bytes, different from every other. */
const event = (number: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: `aud_${number}`,
      actor: { type: 'user', id: `usr_${number % 5000}` },
      action: 'order.refund',
      details: { order: hash('sha256', String(number)), note: 'x'.repeat(360) },
    }),
  );

interface Round {
  readonly perSecond: number;
  readonly times: readonly number[];
}

/** Runs so many callers, each with one call after the other, for the time of a round. */
async function measured(callers: number, call: (number: number) => Promise<unknown>): Promise<Round> {
  const times: number[] = [];
  const begun = performance.now();
  let number = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - begun < roundMs) {
        const at = performance.now();
        await call(number++);
        times.push(performance.now() - at);
      }
    }),
  );
  return { perSecond: times.length / ((performance.now() - begun) / 1000), times };
}

/** One row per commit with the hash of the row before it, `synchronous=FULL`. */
async function sqliteChain(directory: string): Promise<Round> {
  const database = new DatabaseSync(join(directory, 'chain.sqlite'));
  database.exec('pragma journal_mode=wal; pragma synchronous=full');
  database.exec('create table chain (seq integer primary key, body blob, hash text)');
  const insert = database.prepare('insert into chain (body, hash) values (?, ?)');
  let last = '';
  const round = await measured(1, async (number) => {
    const body = event(number);
    last = hash('sha256', Buffer.concat([Buffer.from(last), body]));
    insert.run(body, last);
  });
  database.close();
  return round;
}

/** One write of an event and one `fdatasync` each, to a file that grows. */
async function rawSync(directory: string): Promise<Round> {
  const file = openSync(join(directory, 'raw'), 'w');
  const round = await measured(1, async (number) => {
    writeSync(file, event(number));
    fdatasyncSync(file);
  });
  closeSync(file);
  return round;
}

/** Bytes that SHA-256 of the leaves alone goes through, as events a second: what no verifier can beat. */
function hashingAlone(): number {
  const body = event(1);
  const begun = performance.now();
  for (let count = 0; count < 200_000; count += 1) hash('sha256', body, 'latin1');
  return 200_000 / ((performance.now() - begun) / 1000);
}

/** The log by itself, without intake, vault and index: appends that are durable, verification, receipts. */
export async function run(): Promise<readonly Figure[]> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-ledger-'));
  try {
    const raw = await rawSync(directory);
    const chain = await sqliteChain(directory);
    const chained = { name: 'SQLite hash chain, a row per commit, /s', value: chain.perSecond };
    const root = join(directory, 'ledger');
    const logs = Object.entries(testOrigins).map(([name, origin]) => ({ name, origin }));
    const ledger = await openLedger({ directory: root, clock: systemClock, logs, keysOf: testKeys });
    const figures: Figure[] = [];
    let appended = 0;
    for (const callers of [1, 100, 1000]) {
      const round = await measured(callers, (number) => ledger.append('general', event(appended + number)));
      appended += round.times.length;
      figures.push({
        figure: `in-process-${callers}`,
        value: round.perSecond,
        unit: 'events/s',
        baseline: chained,
      });
      if (callers === 1) {
        const baseline = { name: 'raw fdatasync p50, ms', value: quantile(raw.times, 0.5) };
        figures.push({ figure: 'lone-p50-ms', value: quantile(round.times, 0.5), unit: 'ms', baseline });
      }
      if (callers === 1000) {
        const baseline = { name: 'raw fdatasync p99, ms', value: quantile(raw.times, 0.99) };
        const value = quantile(round.times, 0.99);
        figures.push({ figure: 'in-process-1000-p99-ms', value, unit: 'ms', baseline });
      }
    }
    await ledger.close();

    const begun = performance.now();
    const { findings } = await verifyLog(root, testPolicy());
    if (findings.length > 0) throw new Error(`the log does not verify: ${JSON.stringify(findings[0])}`);
    figures.push({
      figure: 'verify',
      value: appended / ((performance.now() - begun) / 1000),
      unit: 'events/s',
      baseline: { name: 'SHA-256 of the entries alone, /s', value: hashingAlone() },
    });

    const reader = await makeLargeLog(join(directory, 'large'), tenMillion, systemClock);
    const times: number[] = [];
    for (let count = 0; count < receipts; count += 1) {
      const index = Math.floor(Math.random() * tenMillion);
      const at = performance.now();
      await reader.receipt(index);
      times.push(performance.now() - at);
    }
    const baseline = { name: 'raw fdatasync p50, ms', value: quantile(raw.times, 0.5) };
    figures.push({ figure: 'receipt-10m-ms', value: quantile(times, 0.5), unit: 'ms', baseline });
    return figures;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
