import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../test/seeded-random.ts';
import { hostFiles } from '../files.ts';
import { tilePath } from '../formats/tile-paths.ts';
import { createManualClock } from '../../../base/clock.ts';
import {
  contents,
  copied,
  digests,
  removed,
  temporary,
  testEntry,
  testOptions,
  testPolicy,
} from '../ledger-fixture.ts';
import { openLedger } from '../ledger.ts';
import type { Finding, Verification } from './findings.ts';
import { verifyLog } from './verify-log.ts';

const size = 1700;
const policy = testPolicy();
let directory = '';
let files: Map<string, Buffer>;
const copies: string[] = [];

beforeAll(async () => {
  directory = temporary();
  const clock = createManualClock();
  const options = testOptions(directory, clock);
  const ledger = await openLedger({ ...options, journal: { ...options.journal, epochMs: 1000 } });
  for (let at = 0; at < size; at += 20) {
    await ledger.appendMany(
      'general',
      Array.from({ length: 20 }, (_, place) => testEntry(at + place)),
    );
    if (at % 100 === 0) await ledger.append('security', testEntry(at));
    await clock.advance(100);
  }
  await ledger.close();
  files = contents(directory);
});

afterAll(() => {
  for (const made of [directory, ...copies]) removed(made);
});

const verify = (where = directory): Promise<Verification> => verifyLog(where, policy);

/** Verifies with one file other than it was, and puts it back. */
async function withChanged(path: string, bytes: Buffer | null): Promise<readonly Finding[]> {
  const full = join(directory, path);
  if (bytes === null) rmSync(full);
  else writeFileSync(full, bytes);
  try {
    return (await verify()).findings;
  } finally {
    writeFileSync(full, files.get(path) as Buffer);
  }
}

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 0x20;
  return copy;
};

const covers = (findings: readonly Finding[], log: string, index: number): boolean =>
  findings.some((finding) => finding.log === log && finding.from <= index && index < finding.to);

const paths = (pattern: RegExp): string[] => [...files.keys()].filter((path) => pattern.test(path));

test('a ledger as it was written has no finding', async () => {
  const { valid, findings, logs, entries, sealsChecked } = await verify();
  expect(findings).toEqual([]);
  expect({ valid, entries, sealsChecked }).toEqual({ valid: true, entries: size + 17, sealsChecked: true });
  expect(logs.map(({ name, size: held, checkpointSize }) => [name, held, checkpointSize])).toEqual([
    ['general', size, size],
    ['security', 17, 17],
  ]);
});

test('a ledger in use verifies up to its checkpoint, whatever is under way', async () => {
  const copy = copied(directory);
  copies.push(copy);
  const ledger = await openLedger(testOptions(copy));
  await ledger.appendMany(
    'general',
    Array.from({ length: 300 }, (_, place) => testEntry(place)),
  );
  expect((await verify(copy)).findings).toEqual([]);
  await ledger.close();
});

describe('every changed byte is located', () => {
  test('of an entry bundle: the very entry', async () => {
    const path = `logs/general/${tilePath({ level: 'entries', index: 2, width: 256 })}`;
    const bytes = files.get(path) as Buffer;
    let at = 0;
    for (let place = 0; place < 256; place += 1) {
      const length = bytes.readUInt16BE(at);
      if (place % 16 === 0) {
        const found = await withChanged(path, flipped(bytes, at + 2 + (length >> 1)));
        expect(found).toMatchObject([
          { file: path, log: 'general', from: 512 + place, to: 513 + place, rebuildable: true },
        ]);
        expect(covers(await withChanged(path, flipped(bytes, at + 1)), 'general', 512 + place)).toBe(true);
      }
      at += 2 + length;
    }
  });

  test('of a tile of leaves: the very entry; of a tile above: its 256', async () => {
    const level0 = 'logs/general/tile/0/003';
    const level1 = 'logs/general/tile/1/000.p/6';
    for (const at of [0, 31, 32, 4000, 8191]) {
      const index = 768 + Math.floor(at / 32);
      expect(await withChanged(level0, flipped(files.get(level0) as Buffer, at))).toMatchObject([
        { file: level0, from: index, to: index + 1 },
      ]);
    }
    expect(await withChanged(level1, flipped(files.get(level1) as Buffer, 70))).toMatchObject([
      { file: level1, from: 512, to: 768 },
    ]);
  });

  test('of the journal: the frame’s entries, or the bytes are beyond what was written', async () => {
    const random = seededRandom(1);
    const segments = paths(/\.segment$/);
    expect(segments.length).toBeGreaterThan(1);
    for (const path of segments) {
      const bytes = files.get(path) as Buffer;
      let used = bytes.length;
      while (bytes[used - 1] === 0) used -= 1;
      for (let turn = 0; turn < 40; turn += 1) {
        const at = turn < 6 ? turn * 12 : Math.floor(random() * used);
        const found = await withChanged(path, flipped(bytes, at));
        // The number that the nearest entry around the byte has in its text.
        const around = /"number":(\d+),"text":"x+$/.exec(bytes.toString('latin1', Math.max(0, at - 400), at));
        expect(found.length, `${path} at ${at}`).toBeGreaterThan(0);
        if (around !== null)
          expect(covers(found, 'general', Number(around[1])), `${path} at ${at}`).toBe(true);
      }
      if (used < bytes.length) expect(await withChanged(path, flipped(bytes, used + 200))).toEqual([]);
    }
  });

  test('of checkpoint, high-water mark, sealing key and secret: every single one', async () => {
    for (const path of [
      'logs/general/checkpoint',
      'heads/security',
      'journal/seal.key',
      'journal/seal.secret',
    ]) {
      const bytes = files.get(path) as Buffer;
      for (let at = 0; at < bytes.length; at += 1) {
        expect((await withChanged(path, flipped(bytes, at))).length, `${path} at ${at}`).toBeGreaterThan(0);
      }
    }
  }, 120_000);
});

test('files that are deleted, cut, doubled or changed for one another are found, or are made again identically', async () => {
  const original = digests(join(directory, 'logs'));
  const every = paths(/^(journal|logs|heads)\/|^derived\.mark$/).filter((path) => !path.endsWith('.spare'));
  const classes = new Set(every.map((path) => path.replaceAll(/\d+/g, '0')));
  expect(classes.size).toBeGreaterThan(8);
  let harmless = 0;
  for (const [place, path] of every.entries()) {
    const bytes = files.get(path) as Buffer;
    const other = files.get(every[(place + 1) % every.length] as string) as Buffer;
    for (const [kind, changed] of [
      ['deleted', null],
      ['emptied', Buffer.alloc(0)],
      ['cut', bytes.subarray(0, Math.floor(bytes.length / 3))],
      ['doubled', Buffer.concat([bytes, bytes])],
      ['another', other],
      ['swapped', Buffer.concat([bytes.subarray(bytes.length >> 1), bytes.subarray(0, bytes.length >> 1)])],
    ] as const) {
      const found = await withChanged(path, changed);
      if (found.length > 0) continue;
      // Nothing found: then opening makes all of it as it was.
      harmless += 1;
      const copy = copied(directory);
      if (changed === null) rmSync(join(copy, path));
      else writeFileSync(join(copy, path), changed);
      const ledger = await openLedger(testOptions(copy));
      await ledger.close();
      expect(digests(join(copy, 'logs')), `${path} ${kind}`).toEqual(original);
      expect((await verify(copy)).findings, `${path} ${kind}`).toEqual([]);
      removed(copy);
    }
  }
  expect(harmless).toBeGreaterThan(0);
}, 120_000);

test('what verification calls rebuildable is made again by deleting it and opening', async () => {
  const copy = copied(directory);
  copies.push(copy);
  for (const path of ['logs/general/tile/0/003', 'logs/general/tile/entries/001']) {
    writeFileSync(join(copy, path), flipped(files.get(path) as Buffer, 77));
  }
  const { findings } = await verify(copy);
  expect(findings.map(({ rebuildable }) => rebuildable)).toEqual([true, true]);
  hostFiles.remove(join(copy, 'derived.mark'));
  await (await openLedger(testOptions(copy))).close();
  expect((await verify(copy)).findings).toEqual([]);
});

test('a journal that was rewritten whole, checksums, seals and all, does not fit its checkpoint', async () => {
  const copy = copied(directory);
  const forged = temporary();
  copies.push(copy, forged);
  // The forger writes another history with the same number of entries and puts it under the old checkpoint.
  const ledger = await openLedger(testOptions(forged));
  for (let at = 0; at < size; at += 20) {
    await ledger.appendMany(
      'general',
      Array.from({ length: 20 }, (_, place) => testEntry(at + place === 1234 ? 1 : at + place)),
    );
  }
  await ledger.close();
  rmSync(join(copy, 'journal'), { recursive: true });
  for (const [path, bytes] of contents(forged)) {
    if (!path.startsWith('journal/')) continue;
    hostFiles.makeDirectory(join(copy, 'journal'));
    writeFileSync(join(copy, path), bytes);
  }
  const { findings } = await verify(copy);
  expect(
    covers(
      findings.filter(({ file }) => file.includes('tile/0/004')),
      'general',
      1234,
    ),
  ).toBe(true);
  expect(findings.find(({ file }) => file === 'logs/general/checkpoint')?.message).toContain(
    'not those that the checkpoint states',
  );
  await expect(openLedger(testOptions(copy))).rejects.toMatchObject({
    code: expect.stringMatching(/^ledger_(damaged|forked)$/),
  });
});

test('a checkpoint whose log, key or quorum the policy does not know is not trusted', async () => {
  const found = (await verifyLog(directory, { ...policy, logs: policy.logs.slice(1) })).findings;
  expect(found.some(({ message }) => message.includes('knows no log of the origin'))).toBe(true);
});
