import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chooseSeed, seededRandom } from '../../../../test/seeded-random.ts';
import { startPostgres, type PostgresServer } from '../../../../test/stores.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { createLeases } from '../../../jobs/leases/leases.ts';
import { migrate } from '../../../storage/state/migrate.ts';
import { jobsMigration } from '../../../storage/state/migrations/0001-jobs.ts';
import { auditPendingMigration } from '../../../storage/state/migrations/0021-audit-pending.ts';
import { openPostgres } from '../../../storage/state/postgres.ts';
import { removed, temporary, testKeys, testOptions, testPolicy } from '../ledger-fixture.ts';
import { appenderPath } from './appender-fixture.ts';
import { openDatabaseLedger } from './ledger.ts';
import { verifyDatabaseLedger } from './verify.ts';

const seed = chooseSeed();
let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** What nodes said over all their lives. */
interface Told {
  readonly acked: Map<string, string>;
  readonly signed: Map<string, string>;
  readonly kept: Set<string>;
}

function note({ acked, signed, kept }: Told, output: string): void {
  const lines = output.split('\n');
  lines.pop(); // The kill may have cut the last line.
  for (const line of lines) {
    const [kind, log = '', number = '', text = ''] = line.split(' ');
    if (kind === 'kept') kept.add(`${log} ${number}`);
    const map = kind === 'acked' ? acked : kind === 'signed' ? signed : undefined;
    if (map === undefined) continue;
    const key = `${log} ${number}`;
    // One index, one entry; one size, one root: over every life of every node.
    if ((map.get(key) ?? text) !== text) throw new Error(`${kind} ${key}: "${map.get(key)}", then "${text}"`);
    map.set(key, text);
    if (kind === 'acked') kept.add(`${log} ${text}`);
  }
}

/** A node with its directory, which outlives its processes. */
function createNode(url: string, name: string, told: Told) {
  const directory = temporary();
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let life = 0;
  return {
    directory,
    async start() {
      life += 1;
      const own = spawn(process.execPath, [appenderPath, url, directory, `${name}.${life}`], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = own;
      let output = '';
      let errors = '';
      own.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
      const opened = new Promise<void>((resolve) => {
        own.stdout.setEncoding('utf8').on('data', (chunk: string) => {
          output += chunk;
          if (output.includes('open\n')) resolve();
        });
      });
      const closed = once(own, 'close').then(([, signal]) => {
        note(told, output);
        expect([errors, signal], `${name}.${life}`).toEqual(['', 'SIGKILL']);
      });
      ended = closed;
      await Promise.race([opened, closed]);
    },
    async kill() {
      child?.kill('SIGKILL');
      await ended;
    },
  };
}

test(`two nodes that are killed again and again lose, repeat and contradict nothing (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  const url = await server.createDatabase();
  const state = openPostgres({ url, clock: systemClock, log: silentLogger });
  await migrate(state, [jobsMigration, auditPendingMigration], systemClock);
  const told: Told = { acked: new Map(), signed: new Map(), kept: new Set() };
  const nodes = ['a', 'b'].map((name) => createNode(url, name, told));
  for (const node of nodes) await node.start();
  const kills = Number(process.env['CUSTOS_TEST_KILLS'] ?? 1000) / 25;
  for (let kill = 1; kill <= kills; kill += 1) {
    await systemClock.sleep(random() * 700);
    const node = nodes[Math.floor(random() * nodes.length)];
    await node?.kill();
    if (random() < 0.2) removed(node?.directory as string);
    await node?.start();
  }
  for (const node of nodes) await node.kill();

  const { directory } = nodes[0] as (typeof nodes)[number];
  const leases = createLeases({ state, clock: systemClock, log: silentLogger, node: 'c', holder: 'c' });
  const ledger = await openDatabaseLedger({
    state,
    directory,
    clock: systemClock,
    log: silentLogger,
    logs: testOptions('').logs,
    keysOf: testKeys,
    checkpointMs: 0,
    leases,
    leaseTtlMs: 400,
  });
  await ledger.settle();
  await ledger.publish();
  for (const log of ['general', 'security']) {
    const reader = ledger.reader(log);
    const all: string[] = [];
    for (let index = 0; index < reader.head().size; index += 1) {
      all.push((await reader.entry(index)).toString());
    }
    expect(new Set(all).size).toBe(all.length);
    const there = new Set(all.map((text) => `${log} ${text}`));
    expect([...told.kept].filter((key) => key.startsWith(`${log} `) && !there.has(key))).toEqual([]);
    for (const [key, text] of told.acked) {
      const [name, index] = key.split(' ');
      if (name === log && all[Number(index)] !== text) throw new Error(`${key} is not "${text}"`);
    }
    for (const [key, root] of told.signed) {
      const [name, size] = key.split(' ');
      if (name !== log) continue;
      expect((await reader.rootAt(Number(size))).toString('base64'), key).toBe(root);
    }
    const last = new Map<string, number>();
    for (const text of all) {
      const [run = '', caller, turn] = text.split('/');
      expect(Number(turn), text).toBe((last.get(`${run}/${caller}`) ?? -1) + 1);
      last.set(`${run}/${caller}`, Number(turn));
    }
  }
  expect(told.acked.size).toBeGreaterThan(kills);
  expect(told.signed.size).toBeGreaterThan(kills);
  await ledger.close();
  expect(await verifyDatabaseLedger({ state, directory }, testPolicy())).toMatchObject({ valid: true });
  await leases.stop();
  await state.close();
  for (const node of nodes) removed(node.directory);
});
