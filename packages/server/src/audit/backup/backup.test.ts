import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock, systemClock, type ManualClock } from '../../base/clock.ts';
import { openDirectoryStore } from '../../storage/objects/directory.ts';
import type { ObjectStore } from '../../storage/objects/types.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import { createSigner } from '../log/formats/keys.ts';
import { hostFiles } from '../log/files.ts';
import { verifyProof } from '../log/formats/tlog-proof.ts';
import {
  contents,
  removed,
  temporary,
  testEntry,
  testKeys,
  testOptions,
  testOrigins,
  testPolicy,
} from '../log/ledger-fixture.ts';
import { openLedger } from '../log/ledger.ts';
import type { Ledger, LedgerOptions } from '../log/ledger-types.ts';
import { verifyLog } from '../log/verify/verify-log.ts';
import { createWitnessClient, witnessHeads, type WitnessCall } from '../log/witness/client.ts';
import { openFileWitnessStore } from '../log/witness/file-store.ts';
import { createWitness } from '../log/witness/server.ts';
import { restoreBackup } from './restore.ts';
import { createBackups, type BackupOptions } from './service.ts';
import type { Backups } from './types.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});
function fresh(): string {
  const directory = temporary();
  closers.push(() => removed(directory));
  return directory;
}
async function opened(directory: string, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
  const ledger = await openLedger({ ...testOptions(directory), ...more });
  closers.push(() => ledger.close());
  return ledger;
}
async function fill(ledger: Ledger, log: string, [from, to]: readonly [number, number]): Promise<void> {
  for (let at = from; at < to; at += 500) {
    const count = Math.min(500, to - at);
    await ledger.appendMany(
      log,
      Array.from({ length: count }, (_, place) => testEntry(at + place)),
    );
  }
}
const someKeys = () => parseSecretKeys(randomBytes(32).toString('base64'), 'test');

interface World {
  readonly directory: string;
  readonly storeDirectory: string;
  readonly objects: ObjectStore;
  readonly clock: ManualClock;
  backups(more?: Partial<BackupOptions>): Backups;
}
async function world(): Promise<World> {
  const [directory, storeDirectory] = [fresh(), fresh()];
  const clock = createManualClock();
  const objects = await openDirectoryStore(storeDirectory, clock);
  const options: BackupOptions = {
    objects,
    prefix: 'backups/',
    directory,
    compression: { kind: 'zstd', level: 3 },
    encrypt: false,
    clock,
  };
  return {
    directory,
    storeDirectory,
    objects,
    clock,
    backups: (more = {}) => createBackups({ ...options, ...more }),
  };
}
const restoredInto = (
  { objects }: World,
  id: string,
  more: Partial<Parameters<typeof restoreBackup>[0] & Parameters<typeof restoreBackup>[1]> = {},
) => {
  const into = more.into ?? join(fresh(), 'ledger');
  const { keys, ...rest } = more;
  const store = { objects, prefix: 'backups/', ...(keys === undefined ? {} : { keys }) };
  return restoreBackup(store, { id, policy: testPolicy(), ...rest, into }).then((result) => ({
    ...result,
    into,
  }));
};

test.each(['gzip', 'zstd', 'none'] as const)(
  'a backup (%s) of a ledger that is open is restored, verified and opened, with every entry and receipt',
  async (kind) => {
    const at = await world();
    const ledger = await opened(at.directory);
    await fill(ledger, 'general', [0, 3000]);
    await fill(ledger, 'security', [0, 400]);
    await ledger.publish();
    const receipt = await ledger.reader('general').receipt(1234);
    const backups = at.backups({ compression: { kind, level: 6 }, publish: () => ledger.publish() });
    const facts = await backups.create();
    expect(facts.logs).toMatchObject([
      { name: 'general', origin: testOrigins.general, size: 3000, checkpoint: { size: 3000 } },
      { name: 'security', size: 400, checkpoint: { size: 400 } },
    ]);
    if (kind !== 'none') expect(facts.bytes).toBeLessThan(facts.plainBytes / 2);
    expect(await backups.check(facts.id)).toEqual(facts);

    const { into, backup, verification } = await restoredInto(at, facts.id);
    expect(backup).toEqual(facts);
    expect(verification.findings).toEqual([]);
    expect(verification.sealsChecked).toBe(true);
    for (const path of contents(into).keys()) expect(statSync(join(into, path)).mode & 0o077, path).toBe(0);
    const again = await opened(into);
    for (const log of ['general', 'security']) {
      expect(again.reader(log).head()).toEqual(ledger.reader(log).head());
    }
    expect(await again.reader('general').entry(2999)).toEqual(testEntry(2999));
    expect(verifyProof(receipt, testEntry(1234), testPolicy())).toMatchObject({ valid: true });
    // It goes on like any other ledger, into a journal whose last segment was shorter than others.
    await fill(again, 'general', [3000, 6000]);
    await again.close();
    expect((await verifyLog(into, testPolicy())).findings).toEqual([]);
  },
);

test('backups made while entries come and others are pruned are each a whole beginning of the ledger', async () => {
  const at = await world();
  const ledger = await opened(at.directory);
  await fill(ledger, 'general', [0, 4000]);
  let isDone = false;
  let size = 4000;
  const writing = (async () => {
    while (!isDone) {
      await fill(ledger, 'general', [size, size + 250]);
      size += 250;
      await ledger.publish();
      if (size % 1000 === 0) await ledger.prune('general', size - 2000);
      await systemClock.sleep(1);
    }
  })();
  // Slow, so that segments are added, completed and rewritten while the others are copied.
  const slow: ObjectStore = {
    ...at.objects,
    async put(...request) {
      await systemClock.sleep(10);
      return at.objects.put(...request);
    },
  };
  const backups = at.backups({ objects: slow });
  const made = [await backups.create(), await backups.create(), await backups.create()];
  isDone = true;
  await writing;
  expect(new Set(made.map(({ logs }) => logs[0]?.size)).size).toBe(3);
  for (const { id, logs } of made) {
    const { into } = await restoredInto(at, id);
    const again = await opened(into);
    const reader = again.reader('general');
    expect(reader.head().size).toBe(logs[0]?.size);
    expect(reader.head().root).toEqual(await ledger.reader('general').rootAt(reader.head().size));
    expect(reader.minimumIndex()).toBeGreaterThan(0);
    for (const index of [reader.minimumIndex(), reader.head().size - 1]) {
      expect(await reader.entry(index)).toEqual(testEntry(index));
    }
    await again.close();
    expect((await verifyLog(into, testPolicy())).findings).toEqual([]);
  }
}, 60_000);

test('what was acknowledged after the last checkpoint is in the backup too', async () => {
  const at = await world();
  const ledger = await opened(at.directory);
  await fill(ledger, 'general', [0, 10]);
  await ledger.publish();
  await fill(ledger, 'general', [10, 15]);
  const { id, logs } = await at.backups().create();
  expect(logs[0]).toMatchObject({ size: 15, checkpoint: { size: 10 } });
  const { verification } = await restoredInto(at, id);
  expect(verification.logs[0]).toMatchObject({ size: 15, checkpointSize: 10 });
});

describe('encrypted', () => {
  test('nothing of an entry is readable, and who has the key restores it', async () => {
    const at = await world();
    const ledger = await opened(at.directory);
    await ledger.append('general', Buffer.from('canary-in-the-clear'));
    const keys = someKeys();
    const plain = await at.backups({ compression: { kind: 'none', level: 1 } }).create();
    const isFound = (): boolean =>
      [...contents(at.storeDirectory).values()].some((bytes) => bytes.includes('canary-in-the-clear'));
    expect(isFound()).toBe(true);
    for (const { key } of (await at.objects.list({ prefix: `backups/${plain.id}` })).objects)
      await at.objects.delete(key);
    const backups = at.backups({ compression: { kind: 'none', level: 1 }, encrypt: true, keys });
    const facts = await backups.create();
    expect(isFound()).toBe(false);
    expect(facts.keyId).toBe(keys[0].id);
    expect(await backups.list()).toEqual({ backups: [facts], unreadable: [] });
    // After a rotation the old key is still known.
    const rotated = [...someKeys(), ...keys] as unknown as typeof keys;
    const { into } = await restoredInto(at, facts.id, { keys: rotated });
    expect(await (await opened(into)).reader('general').entry(0)).toEqual(Buffer.from('canary-in-the-clear'));
    for (const wrong of [undefined, someKeys()]) {
      await expect(
        restoredInto(at, facts.id, wrong === undefined ? {} : { keys: wrong }),
      ).rejects.toMatchObject({
        code: 'secret_key_wrong',
      });
    }
    expect(() => at.backups({ encrypt: true })).toThrow();
  });
});

describe('a backup that is not good', () => {
  async function withBackup() {
    const at = await world();
    const ledger = await opened(at.directory);
    await fill(ledger, 'general', [0, 1500]);
    await ledger.publish();
    const backups = at.backups();
    const facts = await backups.create();
    const keys = (await at.objects.list()).objects.map(({ key }) => key);
    return { at, ledger, backups, facts, keys };
  }
  const refused = async (at: World, id: string): Promise<void> => {
    const into = join(fresh(), 'ledger');
    await expect(restoredInto(at, id, { into })).rejects.toMatchObject({ code: 'audit_backup_damaged' });
    expect(existsSync(into)).toBe(false);
    await expect(at.backups().check(id)).rejects.toMatchObject({ code: 'audit_backup_damaged' });
  };

  test('with any of its files changed, cut or gone is refused, and nothing is left of the attempt', async () => {
    const { at, facts, keys } = await withBackup();
    expect(keys.length).toBeGreaterThan(6);
    for (const key of keys.filter((one) => !one.endsWith('manifest.json'))) {
      const path = join(at.storeDirectory, 'objects', `${key}~`, 'data');
      const bytes = readFileSync(path);
      const flipped = Buffer.from(bytes);
      flipped[bytes.length >> 1] = (flipped[bytes.length >> 1] ?? 0) ^ 4;
      for (const broken of [flipped, bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.from('x')])]) {
        writeFileSync(path, broken);
        await refused(at, facts.id);
      }
      writeFileSync(path, bytes);
      const folder = join(at.storeDirectory, 'objects', `${key}~`);
      const aside = join(fresh(), 'aside');
      mkdirSync(aside);
      for (const name of readdirSync(folder))
        writeFileSync(join(aside, name), readFileSync(join(folder, name)));
      rmSync(folder, { recursive: true });
      await refused(at, facts.id);
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(aside))
        writeFileSync(join(folder, name), readFileSync(join(aside, name)));
    }
    await at.backups().check(facts.id);
  }, 60_000);

  test('of a ledger that others signed, or whose manifest was replaced with it, does not pass the policy', async () => {
    const at = await world();
    const strange = await opened(at.directory, { keysOf: (origin) => testKeys(`not ${origin}`) });
    await fill(strange, 'general', [0, 50]);
    await strange.publish();
    const { id } = await at.backups().create();
    // By itself it is whole: only the signature is not one that is trusted.
    await at.backups().check(id);
    const into = join(fresh(), 'ledger');
    await expect(restoredInto(at, id, { into })).rejects.toMatchObject({ code: 'audit_backup_damaged' });
    expect(existsSync(into)).toBe(false);
  });

  test('whose manifest cannot be read, or is that of another, is refused', async () => {
    const { at, facts, backups } = await withBackup();
    const other = await backups.create();
    const keyOf = (id: string): string => `backups/${id}/manifest.json`;
    const theirs = await at.objects.read(keyOf(other.id), 1e6);
    for (const bytes of [theirs, Buffer.from('{}'), Buffer.from('no')]) {
      await at.objects.delete(keyOf(facts.id));
      await at.objects.put(keyOf(facts.id), bytes);
      await refused(at, facts.id);
      expect(await backups.list()).toEqual({ backups: [other], unreadable: [facts.id] });
    }
    await expect(restoredInto(at, 'bkp_unknown')).rejects.toMatchObject({ code: 'not_found' });
    await expect(restoredInto(at, '../../etc')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is not made of a ledger that is damaged', async () => {
    const { at, ledger, backups } = await withBackup();
    await ledger.close();
    const [segment = ''] = hostFiles
      .list(join(at.directory, 'journal'))
      .filter((name) => name.endsWith('.segment'));
    const path = join(at.directory, 'journal', segment);
    const bytes = readFileSync(path);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(backups.create()).rejects.toMatchObject({ code: 'ledger_damaged' });
    expect((await backups.list()).backups).toHaveLength(1);
  });
});

test('an attempt that fails leaves nothing that is listed, and what a dead one left goes after a day', async () => {
  const at = await world();
  const ledger = await opened(at.directory);
  await fill(ledger, 'general', [0, 1500]);
  let puts = 0;
  const failing = (isDead: boolean): ObjectStore => ({
    ...at.objects,
    put: (...request) =>
      (puts += 1) % 4 === 0 ? Promise.reject(new Error('full')) : at.objects.put(...request),
    delete: (key) => (isDead ? Promise.reject(new Error('dead')) : at.objects.delete(key)),
  });
  await expect(at.backups({ objects: failing(false) }).create()).rejects.toThrow('full');
  expect((await at.objects.list()).objects).toEqual([]);
  await expect(at.backups({ objects: failing(true) }).create()).rejects.toThrow('full');
  expect((await at.objects.list()).objects).toHaveLength(3);
  const backups = at.backups();
  expect(await backups.list()).toEqual({ backups: [], unreadable: [] });
  await backups.cleanup({ keep: 1 });
  expect((await at.objects.list()).objects).toHaveLength(3);
  at.clock.jump(86_400_001);
  await backups.cleanup({ keep: 1 });
  expect((await at.objects.list()).objects).toEqual([]);
});

test('a cleanup keeps the newest good ones and never removes the last that is good', async () => {
  const at = await world();
  const ledger = await opened(at.directory);
  const backups = at.backups();
  const ids: string[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await fill(ledger, 'general', [turn * 10, turn * 10 + 10]);
    at.clock.jump(1000);
    ids.unshift((await backups.create()).id);
  }
  expect((await backups.list()).backups.map(({ id }) => id)).toEqual(ids);
  expect(await backups.cleanup({ keep: 4 })).toEqual({
    kept: ids.slice(0, 4),
    removed: [ids[4]],
    damaged: [],
  });
  // The two newest break: one as only reading shows, one as the store knows.
  const journal = (id: string | undefined): string => `backups/${id}/journal/000000000001.segment.zst`;
  const path = join(at.storeDirectory, 'objects', `${journal(ids[0])}~`, 'data');
  const bytes = readFileSync(path);
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  await at.objects.delete(journal(ids[1]));
  expect(await backups.cleanup({ keep: 1 })).toEqual({
    kept: [ids[2]],
    removed: [ids[3]],
    damaged: [ids[0], ids[1]],
  });
  await backups.check(ids[2] ?? '');
  // With none that is good nothing is removed at all.
  await at.objects.delete(journal(ids[2]));
  expect(await backups.cleanup({ keep: 1 })).toMatchObject({ kept: [], removed: [] });
  expect((await backups.list()).backups).toHaveLength(3);
  await expect(backups.cleanup({ keep: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
});

test('a directory without a journal is that of a ledger in the database, which is backed up with it', async () => {
  const at = await world();
  mkdirSync(join(at.directory, 'heads'), { recursive: true });
  await expect(at.backups().create()).rejects.toMatchObject({ code: 'audit_backup_in_database' });
  await expect(at.backups().create()).rejects.toThrow(/pg_dump/);
  expect((await at.objects.list()).objects).toEqual([]);
});

test('a directory that is not empty is not restored into', async () => {
  const at = await world();
  const ledger = await opened(at.directory);
  await fill(ledger, 'general', [0, 5]);
  const { id } = await at.backups().create();
  const into = fresh();
  writeFileSync(join(into, 'mine'), 'x');
  await expect(restoredInto(at, id, { into })).rejects.toMatchObject({ code: 'conflict' });
  expect(readdirSync(into)).toEqual(['mine']);
});

describe('an older backup, restored, does not sign (I9)', () => {
  async function olderBackup(more: Partial<LedgerOptions> = {}) {
    const at = await world();
    const ledger = await opened(at.directory, more);
    await fill(ledger, 'general', [0, 100]);
    await ledger.publish();
    return { at, ledger, backups: at.backups({ publish: () => ledger.publish() }) };
  }

  test('when a witness has seen more', async () => {
    const cosigner = createSigner({
      name: 'witness.example/w',
      type: 0x04,
      privateKey: generateKeyPairSync('ed25519').privateKey,
    });
    const logSigner = createSigner({
      name: testOrigins.general,
      type: 0x01,
      privateKey: testKeys(testOrigins.general).ed25519,
    });
    const witness = createWitness({
      store: await openFileWitnessStore(hostFiles, join(fresh(), 'witness')),
      keysOf: (name) => (name === testOrigins.general ? [logSigner.verifier] : []),
      signers: [cosigner],
      clock: createManualClock(),
    });
    const call: WitnessCall = ({ body }) => witness.addCheckpoint(body);
    const peer = { name: 'w', url: 'http://witness.example', keys: [cosigner.verifier] };
    const outside = witnessHeads([peer], call);
    const submitted = async (ledger: Ledger): Promise<string> => {
      const note = ledger.reader('general').checkpoint() ?? '';
      const text = note.slice(0, note.indexOf('\n\n') + 1);
      const size = Number(text.split('\n')[1]);
      const verdict = await createWitnessClient(peer, call).submit({
        size,
        text,
        note,
        consistencyProof: (old, now) => ledger.reader('general').consistencyProof(old, now),
      });
      return verdict.outcome;
    };

    const { at, ledger, backups } = await olderBackup();
    expect(await submitted(ledger)).toBe('cosigned');
    const { id } = await backups.create();
    await fill(ledger, 'general', [100, 130]);
    await ledger.publish();
    expect(await submitted(ledger)).toBe('cosigned');
    await ledger.close();

    const { into } = await restoredInto(at, id);
    const general = [{ name: 'general', origin: testOrigins.general }];
    const security = { name: 'security', origin: testOrigins.security };
    const options = { ...testOptions(into), logs: [...general, security] };
    const before = contents(join(into, 'heads'));
    const onlyGeneral = {
      heads: (log: Parameters<typeof outside.heads>[0]) =>
        log.origin === testOrigins.general ? outside.heads(log) : Promise.resolve([]),
    };
    await expect(openLedger({ ...options, outside: onlyGeneral })).rejects.toMatchObject({
      code: 'ledger_behind',
      conflict: { source: 'the witness w', known: { size: 130 }, own: { size: 100 } },
    });
    expect(contents(join(into, 'heads'))).toEqual(before);
    // On the operator's order it goes on under a new origin, and says what became of the old head.
    const resumed = await openLedger({
      ...options,
      logs: [{ name: 'general', origin: 'example.com/general-2' }, security],
      outside: onlyGeneral,
      resume: {
        general: {
          origin: 'example.com/general-2',
          entry: (facts) => Buffer.from(JSON.stringify(facts.knownHead)),
        },
      },
    });
    expect(String(await resumed.reader('general').entry(100))).toContain('"size":130');
    await resumed.close();
  });

  test('when an anchor knows a newer head, or another', async () => {
    const { at, ledger, backups } = await olderBackup();
    const { id } = await backups.create();
    await fill(ledger, 'general', [100, 130]);
    const head = ledger.reader('general').head();
    const { into } = await restoredInto(at, id);
    const anchored = (known: { readonly size: number; readonly root: Buffer }): Promise<Ledger> =>
      openLedger({
        ...testOptions(into),
        outside: {
          heads: ({ origin }) =>
            Promise.resolve(origin === testOrigins.general ? [{ source: 'the bucket', ...known }] : []),
        },
      });
    await expect(anchored(head)).rejects.toMatchObject({ code: 'ledger_behind' });
    await expect(anchored({ size: 50, root: Buffer.alloc(32) })).rejects.toMatchObject({
      code: 'ledger_forked',
    });
  });

  test('when the newer high-water mark is put beside it', async () => {
    const { at, ledger, backups } = await olderBackup();
    const { id } = await backups.create();
    await fill(ledger, 'general', [100, 130]);
    await ledger.publish();
    const { into } = await restoredInto(at, id);
    const mark = join('heads', 'general');
    writeFileSync(join(into, mark), readFileSync(join(at.directory, mark)));
    await expect(openLedger(testOptions(into))).rejects.toMatchObject({
      code: 'ledger_behind',
      conflict: { source: 'the high-water mark', known: { size: 130 }, own: { size: 100 } },
    });
  });
});
