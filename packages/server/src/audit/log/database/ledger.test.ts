import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startPostgres, type PostgresServer } from '../../../../test/stores.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { migrate } from '../../../storage/state/migrate.ts';
import { auditPendingMigration } from '../../../storage/state/migrations/0021-audit-pending.ts';
import { openPostgres } from '../../../storage/state/postgres.ts';
import type { State } from '../../../storage/state/state.ts';
import { hostFiles, type LedgerFiles } from '../files.ts';
import { parseCheckpoint } from '../formats/checkpoint.ts';
import { parseNote } from '../formats/signed-note.ts';
import { verifyProof } from '../formats/tlog-proof.ts';
import {
  contents,
  copied,
  removed,
  temporary,
  testEntry,
  testKeys,
  testOptions,
  testPolicy,
} from '../ledger-fixture.ts';
import { createDatabaseLeafLog } from './leaf-log.ts';
import { createTestLeases, type TestLeases } from './leases-fixture.ts';
import { openDatabaseLedger } from './ledger.ts';
import { verifyDatabaseLedger } from './verify.ts';
import type { DatabaseLedger, DatabaseLedgerOptions } from './types.ts';

let server: PostgresServer;
let url: string;
let base: State;
let leases: TestLeases;
const cleanups: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function connect(to: string = url): Promise<State> {
  const state = openPostgres({ url: to, clock: systemClock, log: silentLogger });
  cleanups.push(() => state.close());
  return state;
}

beforeEach(async () => {
  url = await server.createDatabase();
  base = await connect();
  await migrate(base, [auditPendingMigration], systemClock);
  leases = await createTestLeases(base);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function fresh(): string {
  const directory = temporary();
  cleanups.push(() => removed(directory));
  return directory;
}

async function open(name: string, more: Partial<DatabaseLedgerOptions> = {}): Promise<DatabaseLedger> {
  const { logs } = testOptions('');
  const ledger = await openDatabaseLedger({
    state: more.state ?? (await connect()),
    directory: fresh(),
    clock: systemClock,
    log: silentLogger,
    logs,
    keysOf: testKeys,
    checkpointMs: 0,
    pollMs: 50,
    leases: leases.of(name),
    ...more,
  });
  cleanups.push(() => ledger.close().catch(() => undefined));
  return ledger;
}

const range = (from: number, to: number): Buffer[] =>
  Array.from({ length: to - from }, (_, place) => testEntry(from + place));

async function until(check: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (check()) return;
    await systemClock.sleep(5);
  }
  throw new Error('it did not come true');
}

/** Tiles, bundles and checkpoints as files. */
function derived(directory: string): Record<string, string> {
  return Object.fromEntries(
    [...contents(join(directory, 'logs'))].map(([path, bytes]) => [path, bytes.toString('base64')]),
  );
}

async function allEntries(ledger: DatabaseLedger, log = 'general'): Promise<string[]> {
  const reader = ledger.reader(log);
  const texts: string[] = [];
  for (let index = 0; index < reader.head().size; index += 1)
    texts.push((await reader.entry(index)).toString());
  return texts;
}

const headOf = (ledger: DatabaseLedger, log = 'general') =>
  parseCheckpoint(parseNote(ledger.reader(log).checkpoint() as string).text);

test('two nodes that append at once get contiguous, unique indexes in each caller’s order, and serve the same bytes', async () => {
  const directories = [fresh(), fresh()];
  const nodes = await Promise.all(
    directories.map((directory, place) => open(`node-${place}`, { directory })),
  );
  const seen: Record<string, Map<number, string>> = { general: new Map(), security: new Map() };
  await Promise.all(
    nodes.flatMap((node, place) =>
      Array.from({ length: 12 }, async (_, caller) => {
        const last: Record<string, number> = { general: -1, security: -1 };
        for (let turn = 0; turn < 12; turn += 1) {
          const log = (caller + turn) % 3 === 0 ? 'security' : 'general';
          const texts = Array.from(
            { length: 1 + (turn % 4) },
            (_unused, part) => `${place}/${caller}/${turn}/${part}`,
          );
          const acks = await node.appendMany(
            log,
            texts.map((text) => Buffer.from(text)),
          );
          for (const [part, { index }] of acks.entries()) {
            expect(index).toBeGreaterThan(last[log] as number);
            if (part > 0) expect(index).toBe((acks[part - 1]?.index as number) + 1);
            expect(seen[log]?.has(index)).toBe(false);
            last[log] = index;
            seen[log]?.set(index, texts[part] as string);
            // Acknowledged here means readable here.
            expect((await node.reader(log).entry(index)).toString()).toBe(texts[part]);
          }
        }
      }),
    ),
  );
  for (const node of nodes) await node.settle();
  await nodes[1]?.publish();
  for (const node of nodes) await node.publish();
  for (const [log, map] of Object.entries(seen)) {
    for (const node of nodes) {
      const texts = await allEntries(node, log);
      expect(texts).toEqual([...map].toSorted(([a], [b]) => a - b).map(([, text]) => text));
    }
  }
  expect(nodes.map((node) => headOf(node).root.toString('hex'))[0]).toBe(
    nodes.map((node) => headOf(node).root.toString('hex'))[1],
  );
  expect(derived(directories[0] as string)).toEqual(derived(directories[1] as string));
  const receipt = await (nodes[1] as DatabaseLedger).reader('general').receipt(5);
  const entry = await (nodes[0] as DatabaseLedger).reader('general').entry(5);
  expect(verifyProof(receipt, entry, testPolicy())).toMatchObject({ valid: true, index: 5 });
  expect(nodes.filter((node) => node.leading())).toHaveLength(1);
});

test('an entry of a transaction is in the log, once, if and only if it commits', async () => {
  const [a, b] = [await open('a'), await open('b')];
  const log = createDatabaseLeafLog({ ledger: b, state: base, clock: systemClock });
  await log.start();
  await base.transaction((tx) => log.appendWith(tx, 'general', Buffer.from('kept')));
  const failed = base.transaction(async (tx) => {
    await log.appendWith(tx, 'general', Buffer.from('rolled back'));
    throw new Error('changed my mind');
  });
  await expect(failed).rejects.toThrow('changed my mind');
  const [placed] = await log.append('general', [Buffer.from('after')]);
  await log.settle();
  expect(await allEntries(b)).toEqual(['kept', 'after']);
  expect(placed?.index).toBe(1);
  await a.settle();
  expect(await allEntries(a)).toEqual(['kept', 'after']);
  const far = base.transaction((tx) => log.appendWith(tx, 'general', Buffer.alloc(65_536)));
  await expect(far).rejects.toMatchObject({ code: 'invalid_input' });
  await log.stop();
});

test('a transaction that commits late comes later, and nothing is lost to it', async () => {
  const a = await open('a');
  const log = createDatabaseLeafLog({ ledger: a, state: base, clock: systemClock });
  await log.start();
  let commit = (): void => undefined;
  const held = new Promise<void>((resolve) => (commit = resolve));
  let written = (): void => undefined;
  const isWritten = new Promise<void>((resolve) => (written = resolve));
  const slow = base.transaction(async (tx) => {
    await log.appendWith(tx, 'general', Buffer.from('slow'));
    written();
    await held;
  });
  await isWritten;
  await log.append('general', [Buffer.from('quick')]);
  commit();
  await slow;
  await log.settle();
  expect(await allEntries(a)).toEqual(['quick', 'slow']);
  await log.stop();
});

/** A State whose next frame's transaction commits in the database and is cut before this node hears of it. */
function cutting(state: State): { state: State; cut(): void; cuts(): number } {
  let armed = false;
  let cuts = 0;
  return {
    cut: () => void (armed = true),
    cuts: () => cuts,
    state: {
      ...state,
      async transaction(work) {
        const before = await sql<{ n: number }>`select next_sequence as n from audit_journal`.execute(
          state.read,
        );
        const result = await state.transaction(work);
        const after = await sql<{ n: number }>`select next_sequence as n from audit_journal`.execute(
          state.read,
        );
        if (!armed || before.rows[0]?.n === after.rows[0]?.n) return result;
        armed = false;
        cuts += 1;
        throw new Error('Connection terminated unexpectedly');
      },
    },
  };
}

test('a sequencer whose connection is cut after a commit neither loses nor repeats entries', async () => {
  const wire = cutting(await connect());
  const a = await open('a', { state: wire.state });
  const b = await open('b');
  await a.append('general', testEntry(0));
  wire.cut();
  const acks = await Promise.all([1, 2, 3].map((number) => b.append('general', testEntry(number))));
  expect(wire.cuts()).toBe(1);
  expect(acks.map(({ index }) => index).toSorted((left, right) => left - right)).toEqual([1, 2, 3]);
  await a.append('general', testEntry(4));
  await Promise.all([a.settle(), b.settle()]);
  expect(await allEntries(a)).toEqual(await allEntries(b));
  expect(new Set(await allEntries(a)).size).toBe(5);
});

test('a sequencer whose connection is cut in the middle is followed by the other node', async () => {
  const state = await connect();
  const a = await open('a', { state });
  const b = await open('b');
  await a.append('general', testEntry(0));
  const running = Array.from({ length: 8 }, async (_, caller) => {
    for (let turn = 0; turn < 10; turn += 1) await b.append('general', Buffer.from(`${caller}/${turn}`));
  });
  for (let cut = 0; cut < 5; cut += 1) {
    await systemClock.sleep(20);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'custos' and query ilike '%audit_%'
        and pid <> pg_backend_pid() and state <> 'idle'`
      .execute(base.write)
      .catch(() => undefined);
  }
  await leases.move('b', true);
  const outcomes = await Promise.allSettled(running);
  await b.settle();
  const all = await allEntries(b);
  expect(new Set(all).size).toBe(all.length);
  for (const [caller, outcome] of outcomes.entries()) {
    const own = all.filter((text) => text.startsWith(`${caller}/`));
    expect(own).toEqual(own.map((_, turn) => `${caller}/${turn}`));
    if (outcome.status === 'fulfilled') expect(own).toHaveLength(10);
  }
  await a.settle();
  expect(await allEntries(a)).toEqual(all);
  await Promise.all([a.publish(), b.publish()]);
  expect(headOf(a)).toEqual(headOf(b));
});

test('a former sequencer that was not told can neither give indexes nor sign', async () => {
  const a = await open('a', { appendTimeoutMs: 400 });
  await a.append('general', testEntry(0));
  await a.publish();
  await a.append('general', testEntry(1));
  const kept = async () =>
    (
      await sql<object>`select (select max(sequence) from audit_frame) as frame, h.note
        from audit_head h where log = 'general'`.execute(base.read)
    ).rows;
  const before = await kept();
  await leases.move('nobody', false);
  expect(a.leading()).toBe(true);
  await expect(a.append('general', testEntry(2))).rejects.toMatchObject({ code: 'not_sequenced' });
  const signed = Promise.allSettled([a.publish()]);
  await systemClock.sleep(300);
  expect(await kept()).toEqual(before);
  expect(headOf(a).size).toBe(1);

  const b = await open('b');
  await leases.move('b', false);
  await b.settle();
  await b.publish();
  await signed;
  expect(headOf(b).size).toBe(3);
  expect(a.reader('general').checkpoint()).toBe(b.reader('general').checkpoint());
});

test('a directory that is deleted is made again byte for byte, and one that stands is gone on with', async () => {
  const [first, second] = [fresh(), fresh()];
  let a = await open('a', { directory: first });
  await a.appendMany('general', range(0, 700));
  await a.publish();
  await a.appendMany('security', range(0, 300));
  await a.publish();
  const before = derived(first);
  await a.close();
  a = await open('a', { directory: first });
  expect(derived(first)).toEqual(before);
  const b = await open('b', { directory: second });
  expect(derived(second)).toEqual(before);
  await Promise.all([a, b].map((node) => node.settle()));
  expect(await allEntries(a)).toEqual(range(0, 700).map(String));
});

/** Remembers the ledger's rows; what it gives puts them back, as restoring a backup does. */
async function remember(): Promise<() => Promise<void>> {
  const { rows } = await sql<{ n: number }>`select next_sequence as n from audit_journal`.execute(base.read);
  const end = rows[0]?.n ?? 0;
  await sql`create table earlier_head as select * from audit_head`.execute(base.write);
  return async () => {
    await sql`delete from audit_frame where sequence >= ${end}`.execute(base.write);
    await sql`update audit_journal set next_sequence = ${end}`.execute(base.write);
    await sql`delete from audit_head`.execute(base.write);
    await sql`insert into audit_head select * from earlier_head`.execute(base.write);
  };
}

test('a database that was rolled back is refused by a node that followed it further', async () => {
  const directory = fresh();
  const state = await connect();
  let a = await open('a', { directory, state });
  await a.appendMany('general', range(0, 10));
  await a.publish();
  const rollBack = await remember();
  await a.appendMany('general', range(10, 20));
  await a.publish();
  const kept = copied(directory);
  cleanups.push(() => removed(kept));

  await rollBack();
  // A node that runs sees it as well, and stops.
  await until(() => a.health().status === 'critical');
  expect(a.health().reasons[0]).toContain('restored or rolled back');
  await expect(a.append('general', testEntry(99))).rejects.toMatchObject({ code: 'ledger_failed' });
  await a.close();
  await expect(open('a', { directory })).rejects.toMatchObject({ code: 'ledger_behind' });
  // Tiles lost, marks left: the checkpoint that it has seen is enough.
  removed(join(kept, 'derived.mark'));
  await expect(open('a', { directory: kept })).rejects.toMatchObject({
    code: 'ledger_behind',
    message: expect.stringContaining('has 10 entries, but the high-water mark knows 20'),
  });
  // Without any, those outside are asked.
  const outside = {
    heads: ({ published }: { published: string | null }) =>
      Promise.resolve(published === null ? [] : [{ source: 'the witness w', size: 20, root: null }]),
  };
  await expect(open('a', { outside })).rejects.toMatchObject({ code: 'ledger_behind' });

  const resume = Object.fromEntries(
    ['general', 'security'].map((name) => [
      name,
      { origin: `example.com/${name}/2`, entry: () => Buffer.from('resumed') },
    ]),
  );
  a = await open('a', { directory, resume });
  await a.settle();
  await a.publish();
  expect([headOf(a).origin, headOf(a).size]).toEqual(['example.com/general/2', 11]);
  expect((await allEntries(a)).at(-1)).toBe('resumed');
});

test('a database that went on differently after it was rolled back is refused as a fork', async () => {
  const directory = fresh();
  const a = await open('a', { directory });
  await a.appendMany('general', range(0, 10));
  await a.publish();
  const rollBack = await remember();
  await a.appendMany('general', range(10, 20));
  await a.publish();
  await a.close();
  await rollBack();
  const b = await open('b');
  await b.appendMany('general', range(110, 120));
  await b.appendMany('general', range(120, 125));
  await b.publish();
  await expect(open('a', { directory })).rejects.toMatchObject({
    code: 'ledger_forked',
    message: expect.stringContaining('the newest checkpoint in the database knows at size 25'),
  });
  expect(b.health().status).toBe('ok');
});

test('a node that learns of a larger head when it becomes the sequencer does not sign', async () => {
  const a = await open('a');
  await a.append('general', testEntry(0));
  await a.publish();
  let size = 0;
  const outside = { heads: () => Promise.resolve([{ source: 'the witness w', size, root: null }]) };
  const b = await open('b', { outside });
  size = 9;
  await expect(leases.move('b', true)).rejects.toMatchObject({ code: 'ledger_behind' });
  expect([b.leading(), b.health().status]).toEqual([false, 'critical']);
  expect(b.health().reasons[0]).toContain('the witness w knows 9');
  await expect(b.append('general', testEntry(1))).rejects.toMatchObject({ code: 'ledger_failed' });
});

test('a node that must stop passes the lease on', async () => {
  const [a, b] = [await open('a'), await open('b')];
  expect(a.leading()).toBe(true);
  a.stop(new Error('a witness proved another history'));
  await until(() => b.leading());
  expect(a.leading()).toBe(false);
  await expect(a.append('general', testEntry(1))).rejects.toMatchObject({ code: 'ledger_failed' });
  expect((await b.append('general', testEntry(1))).index).toBe(0);
});

test('changed and missing frames are found', async () => {
  const a = await open('a');
  await a.appendMany('general', range(0, 5));
  await a.appendMany('general', range(5, 9));
  await a.publish();
  await a.close();
  await sql`update audit_frame set bytes = overlay(bytes placing '\\xff'::bytea from 60 for 1) where sequence = 2`.execute(
    base.write,
  );
  await expect(open('b')).rejects.toMatchObject({ code: 'ledger_damaged' });
  await sql`delete from audit_frame where sequence = 2`.execute(base.write);
  await expect(open('b')).rejects.toMatchObject({ code: 'ledger_damaged' });
});

test('pruning frees bytes in the database and on every node, and proofs stay', async () => {
  const a = await open('a');
  const b = await open('b');
  for (let at = 0; at < 3000; at += 300) await a.appendMany('general', range(at, at + 300));
  await a.appendMany('security', range(0, 100));
  await a.publish();
  const stored = async () =>
    (await sql<{ n: number }>`select sum(octet_length(bytes)) as n from audit_frame`.execute(base.read))
      .rows[0]?.n;
  const before = Number(await stored());
  const proof = await b.reader('general').receipt(10);
  const { bytesFreed } = await b.prune('general', 2000);
  const frames = before - Number(await stored());
  expect(frames).toBeGreaterThan(200_000);
  expect(bytesFreed).toBeGreaterThan(frames);
  await a.settle();
  for (const node of [a, b]) {
    const reader = node.reader('general');
    await expect(reader.entry(10)).rejects.toMatchObject({ code: 'not_found' });
    expect((await reader.entry(2000)).equals(testEntry(2000))).toBe(true);
    expect(await reader.inclusionProof(10, 3000)).toHaveLength(12);
    expect((await node.reader('security').entry(7)).equals(testEntry(7))).toBe(true);
  }
  expect(verifyProof(proof, testEntry(10), testPolicy())).toMatchObject({ valid: true, index: 10 });
  expect((await b.prune('general', 2000)).bytesFreed).toBe(0);
  const late = await open('late');
  expect(late.reader('general').head()).toEqual(a.reader('general').head());
  const figure = async (node: DatabaseLedger) =>
    (await node.figures()).logs.find(({ name }) => name === 'general')?.bytes;
  expect(await figure(late)).toBe(await figure(a));
});

test('a verification finds a changed frame, a lost one and a changed tile, and nothing else', async () => {
  const directory = fresh();
  const a = await open('a', { directory });
  for (let at = 0; at < 900; at += 300) await a.appendMany('general', range(at, at + 300));
  await a.appendMany('security', range(0, 20));
  await a.publish();
  const verify = () => verifyDatabaseLedger({ state: base, directory }, testPolicy());
  expect(await verify()).toMatchObject({ valid: true, entries: 920, sealsChecked: true });
  await a.prune('general', 600);
  expect(await verify()).toMatchObject({ valid: true });

  const tile = join(directory, 'logs/general/tile/0/001');
  const bytes = readFileSync(tile);
  writeFileSync(tile, Buffer.concat([bytes.subarray(0, 40), Buffer.alloc(1, 7), bytes.subarray(41)]));
  expect((await verify()).findings).toMatchObject([
    { log: 'general', from: 257, to: 258, rebuildable: true },
  ]);
  writeFileSync(tile, bytes);

  const frame = (
    await sql<{ bytes: Buffer }>`select bytes from audit_frame where sequence = 4`.execute(base.read)
  ).rows[0]?.bytes as Buffer;
  const changed = Buffer.from(frame);
  changed.writeUInt8(changed.readUInt8(200) ^ 1, 200);
  await sql`update audit_frame set bytes = ${changed} where sequence = 4`.execute(base.write);
  const found = await verify();
  expect(found.valid).toBe(false);
  expect(found.findings.map(({ file }) => file)).toContain('frame 4 in the database');
  await sql`delete from audit_frame where sequence = 4`.execute(base.write);
  expect((await verify()).findings).toContainEqual(
    expect.objectContaining({ log: 'general', from: 600, to: 900, rebuildable: false }),
  );
});

test('cosignatures of one node are public on the other', async () => {
  const [a, b] = [await open('a'), await open('b')];
  await a.append('general', testEntry(1));
  await a.publish();
  await b.publish();
  const { text } = parseNote(a.reader('general').checkpoint() as string);
  const cosignature = { name: 'w', keyId: 7, signature: Buffer.alloc(72, 1) };
  let told = '';
  a.onCosigned(({ note }) => (told = note));
  expect(b.cosign('general', text, [cosignature])).toBe(true);
  await until(() => told !== '');
  expect(parseNote(told).signatures.map(({ name }) => name)).toContain('w');
  expect(a.reader('general').checkpoint()).toBe(b.reader('general').checkpoint());
});

test('the seal moves on, and its initial secret checks every frame until it is removed', async () => {
  const a = await open('a', { epochMs: 0, sealSecret: Buffer.alloc(32, 9) });
  for (let number = 0; number < 4; number += 1) await a.append('general', testEntry(number));
  expect(a.health().journal.epoch).toBeGreaterThan(3);
  const b = await open('b', { sealSecret: Buffer.alloc(32, 9) });
  expect(b.reader('general').head().size).toBe(4);
  await expect(open('c', { sealSecret: Buffer.alloc(32, 8) })).rejects.toMatchObject({
    code: 'ledger_damaged',
  });
  expect(await a.exportSealSecret({ remove: true })).toEqual(Buffer.alloc(32, 9));
  expect(await b.exportSealSecret()).toBeNull();
  await open('d');
});

test('what waits for its index when the node closes is told so at once', async () => {
  const nobody = { hold: () => ({ stop: () => Promise.resolve() }) };
  const a = await open('a', { leases: nobody });
  const early = expect(a.append('general', testEntry(1))).rejects.toMatchObject({ code: 'not_sequenced' });
  await systemClock.sleep(100);
  const late = expect(a.append('general', testEntry(2))).rejects.toMatchObject({ code: 'not_sequenced' });
  await a.close();
  await Promise.all([early, late]);
  await expect(a.append('general', testEntry(3))).rejects.toMatchObject({ code: 'ledger_closed' });
});

test('without a sequencer an entry is durable and says so', async () => {
  const nobody = { hold: () => ({ stop: () => Promise.resolve() }) };
  const a = await open('a', { leases: nobody, appendTimeoutMs: 100 });
  await expect(a.append('general', testEntry(1))).rejects.toMatchObject({ code: 'not_sequenced' });
  await open('b');
  await a.settle();
  expect(await allEntries(a)).toEqual([testEntry(1).toString()]);
});

test('a tile that cannot be written behind stops the node, and the next opening makes it again', async () => {
  const directory = fresh();
  let isBroken = true;
  const files: LedgerFiles = {
    ...hostFiles,
    replaceLater: (place, bytes) =>
      isBroken ? Promise.reject(new Error('EIO: i/o error')) : hostFiles.replaceLater(place, bytes),
  };
  const node = await open('one', { directory, files });
  await until(() => node.leading());
  await node.appendMany('general', range(0, 600));
  await until(() => node.health().status === 'critical');
  expect(node.health().reasons).toContainEqual(expect.stringContaining('EIO'));
  await expect(node.append('general', testEntry(600))).rejects.toMatchObject({ code: 'ledger_failed' });
  await expect(node.publish()).rejects.toMatchObject({ code: 'ledger_failed' });
  await node.close();
  isBroken = false;
  const again = await open('two', { directory, files });
  await until(() => again.leading());
  await again.publish();
  expect(headOf(again).size).toBe(600);
  expect(await allEntries(again)).toEqual(range(0, 600).map(String));
  await again.close();
  const { findings } = await verifyDatabaseLedger({ state: base, directory }, testPolicy());
  expect(findings).toEqual([]);
});
