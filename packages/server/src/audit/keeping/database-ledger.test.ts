import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../../test/serve.ts';
import { startPostgres, type PostgresServer } from '../../../test/stores.ts';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { createLeases } from '../../jobs/leases/leases.ts';
import { openDirectoryStore } from '../../storage/objects/directory.ts';
import { openState } from '../../storage/state/open.ts';
import { createBackups } from '../backup/service.ts';
import { egressTo, eventLeaf } from '../egress/egress-fixture.ts';
import type { EventInput } from '../events/envelope.ts';
import { removed, temporary, testKeys, testOptions, testPolicy } from '../log/ledger-fixture.ts';
import { openDatabaseLedger } from '../log/database/ledger.ts';
import { verifyProof } from '../log/formats/tlog-proof.ts';
import { checkArchive } from './archive-check.ts';
import { createHolds } from './holds.ts';
import { createKeeping } from './service.ts';

let server: PostgresServer;
const closers: (() => Promise<void> | void)[] = [];
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await server.stop();
});
function fresh(): string {
  const directory = temporary();
  closers.push(() => removed(directory));
  return directory;
}

test('a ledger in PostgreSQL is streamed out, archived and pruned from any node, and backed up with the database', async () => {
  const url = await server.createDatabase();
  const clock = createManualClock(systemClock.now());

  const node = async (name: string) => {
    const state = await openState({ url, clock: systemClock, log: silentLogger });
    closers.push(() => state.close());
    const leases = createLeases({
      state,
      clock: systemClock,
      log: silentLogger,
      node: name,
      holder: `${name}/1`,
    });
    closers.push(() => leases.stop());
    const directory = fresh();
    const ledger = await openDatabaseLedger({
      state,
      directory,
      clock: systemClock,
      log: silentLogger,
      logs: testOptions('').logs,
      keysOf: testKeys,
      checkpointMs: 50,
      pollMs: 50,
      leases,
    });
    closers.push(() => ledger.close());
    return { state, leases, ledger, directory };
  };
  const a = await node('a');
  const b = await node('b');
  const now = systemClock.now();
  const leaves = (from: number, to: number): Uint8Array[] =>
    Array.from({ length: to - from }, (_, place) => eventLeaf(from + place, now + from + place));
  await a.ledger.appendMany('general', leaves(0, 500));
  await b.ledger.appendMany('general', leaves(500, 900));

  // Streamed by the node that does not lead.
  const follower = a.ledger.leading() ? b : a;
  const arrived: number[] = [];
  const egress = egressTo(
    follower,
    {
      name: 'siem',
      logs: ['general'],
      destination: {
        kind: 'memory',
        batch: { maxEvents: 100, maxBytes: 1e6 },
        pauseMs: 5,
        timeoutMs: 5000,
        async send(batch) {
          for await (const { index } of batch.events()) arrived.push(index);
        },
      },
    },
    { leases: follower.leases },
  );
  closers.push(() => egress.stop());
  egress.start();
  await eventually(() => arrived.length === 900, { what: 'all events' });
  expect(arrived).toEqual(Array.from({ length: 900 }, (_, index) => index));
  await eventually(async () => (await egress.needs('general')) === 900, { what: 'the cursor' });

  const recorded: EventInput[] = [];
  const record = (event: EventInput): Promise<void> => Promise.resolve(void recorded.push(event));
  const objects = await openDirectoryStore(fresh(), systemClock);
  const { state, ledger } = follower;
  clock.jump(731 * 86_400_000);
  const keeping = createKeeping({
    state,
    ledger,
    clock,
    log: silentLogger,
    holds: createHolds({ state, clock, record, logs: () => ledger.names() }),
    vault: { discard: () => Promise.resolve(0) },
    forget: () => Promise.resolve(0),
    followers: [{ name: 'egress', needs: (log) => egress.needs(log) }],
    record,
    rules: [{ log: 'general', days: 730, archive: true }],
    archive: { objects, prefix: 'archive/', compression: { kind: 'zstd', level: 3 }, partBytes: 1e6, clock },
  });
  const [report] = await keeping.run();
  expect(report).toMatchObject({ outcome: 'pruned', from: 0, to: 768, error: null });
  expect(report?.freed.logBytes).toBeGreaterThan(100_000);
  expect(recorded.map(({ action }) => action)).toEqual(['retention.prune']);
  const { manifest } = await checkArchive(objects, report?.archive?.prefix ?? '', testPolicy());
  expect(manifest.to).toBe(768);
  for (const one of [a, b]) {
    const reader = one.ledger.reader('general');
    await eventually(() => reader.minimumIndex() === 768, { what: 'the minimum index on every node' });
    expect(verifyProof(await reader.receipt(800), await reader.entry(800), testPolicy())).toMatchObject({
      valid: true,
    });
  }
  const backups = createBackups({
    directory: follower.directory,
    objects,
    prefix: 'backup/',
    compression: { kind: 'zstd', level: 3 },
    encrypt: false,
    clock,
  });
  await expect(backups.create()).rejects.toMatchObject({ code: 'audit_backup_in_database' });
}, 60_000);
