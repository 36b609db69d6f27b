import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { hostFiles } from './files.ts';
import { parseCheckpoint } from './formats/checkpoint.ts';
import { parseNote } from './formats/signed-note.ts';
import { verifyProof } from './formats/tlog-proof.ts';
import {
  contents,
  digests,
  copied,
  removed,
  temporary,
  testEntry,
  testOptions,
  testOrigins,
  testPolicy,
} from './ledger-fixture.ts';
import { openLedger } from './ledger.ts';
import type { Ledger, LedgerOptions } from './ledger-types.ts';
import { leafHash } from './merkle/hashing.ts';
import { naiveRoot } from './merkle/naive-fixture.ts';
import { verifyConsistency, verifyInclusion } from './merkle/verify-proofs.ts';
import { verifyLog } from './verify/verify-log.ts';

const directories: string[] = [];
const opened: Ledger[] = [];

function fresh(): string {
  const directory = temporary();
  directories.push(directory);
  return directory;
}

async function open(directory: string, more: Partial<LedgerOptions> = {}): Promise<Ledger> {
  const ledger = await openLedger({ ...testOptions(directory), ...more });
  opened.push(ledger);
  return ledger;
}

async function fill(ledger: Ledger, log: string, range: readonly [number, number]): Promise<void> {
  const entries = Array.from({ length: range[1] - range[0] }, (_, place) => testEntry(range[0] + place));
  for (let at = 0; at < entries.length; at += 500) await ledger.appendMany(log, entries.slice(at, at + 500));
}

afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close().catch(() => undefined);
  for (const directory of directories.splice(0)) removed(directory);
});

const headOf = (ledger: Ledger, log: string): ReturnType<typeof parseCheckpoint> =>
  parseCheckpoint(parseNote(ledger.reader(log).checkpoint() as string).text);

describe('appending', () => {
  test('concurrent callers get contiguous, unique indexes, each caller’s in its order', async () => {
    const ledger = await open(fresh());
    const seen: Record<string, Map<number, string>> = { general: new Map(), security: new Map() };
    await Promise.all(
      Array.from({ length: 40 }, async (_, caller) => {
        let last = -1;
        for (let turn = 0; turn < 25; turn += 1) {
          const log = (caller + turn) % 3 === 0 ? 'security' : 'general';
          const entry = Buffer.from(`${caller}/${turn}`);
          const size = 1 + ((caller * turn) % 4);
          const acks = await ledger.appendMany(
            log,
            Array.from({ length: size }, () => entry),
          );
          for (const [place, ack] of acks.entries()) {
            expect(ack.log).toBe(log);
            expect(ack.index).toBe((acks[0]?.index as number) + place);
            expect(ack.leafHash).toEqual(leafHash(entry));
            expect(seen[log]?.has(ack.index)).toBe(false);
            seen[log]?.set(ack.index, `${caller}/${turn}`);
          }
          if (log === 'general') {
            expect(acks[0]?.index).toBeGreaterThan(last);
            last = acks.at(-1)?.index as number;
          }
        }
      }),
    );
    for (const [log, entries] of Object.entries(seen)) {
      expect([...entries.keys()].toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: entries.size }, (_, i) => i),
      );
      const reader = ledger.reader(log);
      for (const [index, text] of entries) expect((await reader.entry(index)).toString()).toBe(text);
      const leaves = [...entries]
        .toSorted(([a], [b]) => a - b)
        .map(([, text]) => leafHash(Buffer.from(text)));
      expect(reader.head().root).toEqual(naiveRoot(leaves));
    }
  });

  test('entries have 1 to 65,535 bytes, and nothing of a batch with another is kept', async () => {
    const ledger = await open(fresh());
    for (const bad of [Buffer.alloc(0), Buffer.alloc(65_536)]) {
      await expect(ledger.appendMany('general', [testEntry(1), bad])).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'entries.1' }],
      });
    }
    expect(ledger.reader('general').head().size).toBe(0);
    const longest = Buffer.alloc(65_535, '"€\\');
    const acks = await ledger.appendMany('general', [longest, Buffer.alloc(1), longest]);
    expect(acks.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(await ledger.reader('general').entry(2)).toEqual(longest);
    expect(await ledger.appendMany('general', [])).toEqual([]);
    await expect(ledger.append('absent', testEntry(1))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('the caller may change its bytes as soon as append returned', async () => {
    const ledger = await open(fresh());
    const entry = Buffer.from('before');
    const appended = ledger.append('general', entry);
    entry.fill(0);
    await appended;
    expect((await ledger.reader('general').entry(0)).toString()).toBe('before');
  });

  test('more than may wait in memory is refused, not kept', async () => {
    const ledger = await open(fresh(), { journal: { segmentBytes: 256 * 1024, pendingLimitBytes: 100_000 } });
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => ledger.append('general', Buffer.alloc(30_000, 1))),
    );
    const kept = results.filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBe(3);
    expect(results.at(-1)).toMatchObject({ reason: { code: 'overloaded' } });
    expect(ledger.reader('general').head().size).toBe(kept);
  });
});

describe('checkpoints, proofs and receipts', () => {
  test('all checkpoints over appends and restarts are consistent with each other', async () => {
    const directory = fresh();
    const heads: ReturnType<typeof parseCheckpoint>[] = [];
    let ledger = await open(directory);
    let next = 0;
    for (const count of [0, 1, 254, 1, 1, 300, 0, 700, 2000]) {
      await fill(ledger, 'general', [next, (next += count)]);
      await ledger.publish();
      heads.push(headOf(ledger, 'general'));
      if (count % 2 === 0) {
        await ledger.close();
        ledger = await open(directory);
        heads.push(headOf(ledger, 'general'));
      }
    }
    expect(heads.at(-1)?.size).toBe(next);
    const reader = ledger.reader('general');
    for (const old of heads) {
      for (const head of heads.filter(({ size }) => size >= old.size)) {
        const proof = await reader.consistencyProof(old.size, head.size);
        expect(
          verifyConsistency({
            oldSize: old.size,
            oldRoot: old.root,
            newSize: head.size,
            newRoot: head.root,
            proof,
          }),
        ).toBe(true);
      }
      expect(await reader.rootAt(old.size)).toEqual(old.root);
    }
  });

  test('the clock makes checkpoints about once a second, and none without entries', async () => {
    const clock = createManualClock();
    const ledger = await open(fresh(), { clock, checkpointMs: 1000 });
    const seen: number[] = [];
    ledger.onCheckpoint(({ log, size }) => void (log === 'general' && seen.push(size)));
    for (let second = 0; second < 3; second += 1) {
      await ledger.append('general', testEntry(second));
      await clock.advance(1000);
      await expect.poll(() => seen.length).toBe(second + 1);
      await clock.advance(1000);
    }
    expect(seen).toEqual([1, 2, 3]);
  });

  test('a receipt of any entry verifies offline, signing a checkpoint first where needed', async () => {
    const ledger = await open(fresh());
    await fill(ledger, 'security', [0, 600]);
    const reader = ledger.reader('security');
    for (const index of [0, 1, 255, 256, 511, 599]) {
      expect(verifyProof(await reader.receipt(index), testEntry(index), testPolicy())).toEqual({
        valid: true,
        index,
        origin: testOrigins.security,
      });
      const { size, root } = headOf(ledger, 'security');
      const proof = await reader.inclusionProof(index, size);
      expect(verifyInclusion({ index, size, root, proof, leafHash: await reader.leafHash(index) })).toBe(
        true,
      );
    }
    await expect(reader.receipt(600)).rejects.toMatchObject({ code: 'not_found' });
    await expect(reader.inclusionProof(5, 601)).rejects.toMatchObject({ code: 'not_found' });
    await expect(reader.inclusionProof(1.5, 600)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(reader.entry(600)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('static resources are those of the public checkpoint and of any smaller size', async () => {
    const ledger = await open(fresh());
    await fill(ledger, 'general', [0, 300]);
    await ledger.publish();
    await fill(ledger, 'general', [300, 400]);
    const reader = ledger.reader('general');
    const length = async (path: string): Promise<number | undefined> => (await reader.resource(path))?.length;
    expect(await length('tile/0/000')).toBe(8192);
    expect(await length('tile/0/001.p/44')).toBe(44 * 32);
    expect(await length('tile/0/001.p/7')).toBe(7 * 32);
    expect(await length('tile/0/001.p/45')).toBeUndefined();
    expect(await length('tile/0/001')).toBeUndefined();
    expect(await length('tile/1/000.p/1')).toBe(32);
    expect(await length('tile/2/000.p/1')).toBeUndefined();
    expect(
      (await reader.resource('tile/0/000.p/9'))?.equals(
        (await reader.resource('tile/0/000'))?.subarray(0, 9 * 32) as Buffer,
      ),
    ).toBe(true);
    expect(await length('tile/entries/001.p/44')).toBeGreaterThan(44);
    expect(await length('tile/../../heads/general')).toBeUndefined();
    expect((await reader.resource('checkpoint'))?.toString()).toBe(reader.checkpoint());
  });
});

describe('opening again', () => {
  test('tiles, bundles and checkpoint are made again from the journal alone, byte for byte', async () => {
    const directory = fresh();
    let ledger = await open(directory);
    await fill(ledger, 'general', [0, 1500]);
    await ledger.publish();
    await fill(ledger, 'security', [0, 300]);
    await fill(ledger, 'general', [1500, 1800]);
    await ledger.close();
    const before = digests(join(directory, 'logs'));
    expect(Object.keys(before)).toContain('general/tile/entries/006');
    for (const lost of ['logs', 'derived.mark'] as const) {
      rmSync(join(directory, lost), { recursive: true, force: true });
      if (lost === 'logs') rmSync(join(directory, 'derived.mark'));
      ledger = await open(directory);
      await ledger.close();
      expect(digests(join(directory, 'logs'))).toEqual(before);
    }
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
  });

  test('a restart reads on from the mark, and files that do not fit it are made again', async () => {
    const directory = fresh();
    let ledger = await open(directory);
    await fill(ledger, 'general', [0, 700]);
    await ledger.close();
    const before = digests(join(directory, 'logs'));
    writeFileSync(join(directory, 'logs/general/tile/1/000.p/2'), Buffer.alloc(64, 9));
    ledger = await open(directory);
    expect(ledger.reader('general').head().size).toBe(700);
    await ledger.append('general', testEntry(700));
    await ledger.close();
    ledger = await open(directory);
    expect(await ledger.reader('general').entry(700)).toEqual(testEntry(700));
    await ledger.close();
    expect(digests(join(directory, 'logs'))['general/tile/0/000']).toBe(before['general/tile/0/000']);
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
  });

  test('a second opening of the same directory is refused', async () => {
    const directory = fresh();
    await open(directory);
    await expect(openLedger(testOptions(directory))).rejects.toMatchObject({ code: 'data_directory_in_use' });
  });

  test('another origin for a log that has signed is refused, and so are names that cannot be', async () => {
    const directory = fresh();
    await (await open(directory)).close();
    const refused = (name: string, origin: string): Promise<unknown> =>
      expect(openLedger({ ...testOptions(directory), logs: [{ name, origin }] })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    await refused('general', 'example.com/other');
    await refused('../general', 'example.com/a');
    await refused('x', 'has a space');
    await refused('x', 'has+plus');
  });
});

describe('restored or rolled back', () => {
  test('an older journal under a newer high-water mark is refused, and goes on under a new origin only by order', async () => {
    const directory = fresh();
    let ledger = await open(directory);
    await fill(ledger, 'general', [0, 300]);
    await ledger.close();
    const backup = copied(directory);
    directories.push(backup);
    ledger = await open(directory);
    await fill(ledger, 'general', [300, 500]);
    const receipt = await ledger.reader('general').receipt(450);
    const newest = headOf(ledger, 'general');
    await ledger.close();
    // The operator restores everything but the high-water mark.
    writeFileSync(join(backup, 'heads/general'), hostFiles.read(join(directory, 'heads/general')) as Buffer);
    const before = digests(join(backup, 'logs'));
    await expect(open(backup)).rejects.toMatchObject({
      code: 'ledger_behind',
      conflict: { log: 'general', known: { size: 500 }, own: { size: 300 } },
    });
    expect(digests(join(backup, 'logs'))).toEqual(before);

    const origin = 'example.com/general/2';
    const resume = { general: { origin, entry: (facts: object) => Buffer.from(JSON.stringify(facts)) } };
    ledger = await open(backup, { resume });
    const head = headOf(ledger, 'general');
    expect(head).toMatchObject({ origin, size: 301 });
    const record = JSON.parse((await ledger.reader('general').entry(300)).toString()) as {
      oldOrigin: string;
      knownHead: { size: number };
    };
    expect(record).toMatchObject({
      oldOrigin: testOrigins.general,
      knownHead: { size: 500 },
      ownHead: { size: 300 },
    });
    // A client with an old receipt sees that the new log is not the one that its receipt is of.
    expect(verifyProof(receipt, testEntry(450), testPolicy(origin))).toMatchObject({
      valid: true,
      origin: testOrigins.general,
    });
    await fill(ledger, 'general', [301, 600]);
    await ledger.publish();
    expect(headOf(ledger, 'general').root).not.toEqual(newest.root);
    await ledger.close();
    // The order may stay in the configuration; it is done once.
    ledger = await open(backup, { resume, logs: [{ name: 'general', origin }] });
    expect(headOf(ledger, 'general')).toMatchObject({ origin, size: 600 });
    await ledger.close();
    expect((await verifyLog(backup, testPolicy(origin))).findings).toEqual([]);
  });

  test('other entries at the same size are refused as a fork', async () => {
    const [one, two] = [fresh(), fresh()];
    for (const [directory, first] of [
      [one, 0],
      [two, 1000],
    ] as const) {
      const ledger = await open(directory);
      await fill(ledger, 'general', [first, first + 50]);
      await ledger.close();
    }
    writeFileSync(join(two, 'heads/general'), hostFiles.read(join(one, 'heads/general')) as Buffer);
    await expect(open(two)).rejects.toMatchObject({
      code: 'ledger_forked',
      conflict: { known: { size: 50 } },
    });
  });

  test('a journal that is gone is refused as long as a high-water mark remembers it', async () => {
    const directory = fresh();
    const ledger = await open(directory);
    await fill(ledger, 'general', [0, 10]);
    await ledger.close();
    for (const lost of ['journal', 'derived.mark']) rmSync(join(directory, lost), { recursive: true });
    await expect(open(directory)).rejects.toMatchObject({
      code: 'ledger_behind',
      conflict: { known: { size: 10 }, own: { size: 0 } },
    });
    expect(hostFiles.list(join(directory, 'journal'))).toEqual([]);
  });

  test('who is asked outside can stop the opening, and whose silence is tolerated is reported', async () => {
    const directory = fresh();
    const ledger = await open(directory);
    await fill(ledger, 'general', [0, 10]);
    await ledger.close();
    const outside = (size: number, root: Buffer | null) => ({
      heads: async () => [{ source: 'the anchor', size, root }],
    });
    await expect(open(directory, { outside: outside(11, null) })).rejects.toMatchObject({
      code: 'ledger_behind',
    });
    await expect(open(directory, { outside: outside(5, Buffer.alloc(32)) })).rejects.toMatchObject({
      code: 'ledger_forked',
    });
    const silent = { heads: () => Promise.reject(new Error('nobody answers')) };
    await expect(open(directory, { outside: silent, outsideRequired: true })).rejects.toThrow(
      'nobody answers',
    );
    const tolerant = await open(directory, { outside: silent });
    expect(tolerant.health()).toMatchObject({
      status: 'degraded',
      reasons: [expect.stringContaining('nobody answers'), expect.anything()],
    });
  });

  test('a log that was told that it forked accepts and signs nothing more', async () => {
    const ledger = await open(fresh());
    await ledger.append('general', testEntry(1));
    ledger.stop(new Error('the witness has another history'));
    await expect(ledger.append('general', testEntry(2))).rejects.toMatchObject({ code: 'ledger_failed' });
    await expect(ledger.publish()).rejects.toMatchObject({ code: 'ledger_failed' });
    expect(ledger.health()).toMatchObject({ status: 'critical' });
  });
});

describe('pruning', () => {
  test('moving the minimum index frees what it says and every proof and the other log stay', async () => {
    const directory = fresh();
    let ledger = await open(directory);
    await fill(ledger, 'security', [0, 300]);
    await fill(ledger, 'general', [0, 6000]);
    const reader = ledger.reader('general');
    const early = await reader.receipt(100);
    await fill(ledger, 'general', [6000, 9000]);
    await ledger.publish();
    const used = (): number =>
      [...contents(directory)].reduce(
        (sum, [path, bytes]) => (/\.(mark|sqlite.*|spare)$/.test(path) ? sum : sum + bytes.length),
        0,
      );
    const before = used();
    await expect(ledger.prune('general', 9001)).rejects.toMatchObject({ code: 'invalid_input' });
    const { bytesFreed } = await ledger.prune('general', 5000);
    expect(bytesFreed).toBeGreaterThan(1_000_000);
    expect(Math.abs(before - used() - bytesFreed)).toBeLessThan(4096);
    await expect(ledger.prune('general', 4999)).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await ledger.prune('general', 5000)).bytesFreed).toBe(0);

    const checkAll = async (): Promise<void> => {
      const now = ledger.reader('general');
      expect(now.minimumIndex()).toBe(5000);
      await expect(now.entry(4999)).rejects.toMatchObject({ code: 'not_found' });
      expect(await now.entry(5000)).toEqual(testEntry(5000));
      expect(await now.resource('tile/entries/018')).toBeUndefined();
      expect(await now.resource('tile/entries/019')).toBeDefined();
      expect(await now.resource('tile/0/000')).toHaveLength(8192);
      expect(await now.leafHash(3)).toEqual(leafHash(testEntry(3)));
      for (const index of [3, 4999, 5000, 8999]) {
        expect(verifyProof(await now.receipt(index), testEntry(index), testPolicy())).toMatchObject({
          valid: true,
        });
      }
      expect(await ledger.reader('security').entry(3)).toEqual(testEntry(3));
    };
    expect(verifyProof(early, testEntry(100), testPolicy())).toMatchObject({ valid: true });
    await checkAll();
    await ledger.close();
    expect((await verifyLog(directory, testPolicy())).findings).toEqual([]);
    const stored = digests(join(directory, 'logs'));
    // Nothing of the pruned entries is left in the journal's complete segments or the bundles.
    for (const [path, bytes] of contents(directory))
      expect(bytes.includes('{"number":1500,'), path).toBe(false);
    expect([...contents(directory)].some(([, bytes]) => bytes.includes('{"number":5000,'))).toBe(true);
    rmSync(join(directory, 'logs'), { recursive: true });
    ledger = await open(directory);
    await checkAll();
    await ledger.close();
    expect(digests(join(directory, 'logs'))).toEqual(stored);
  });
});
