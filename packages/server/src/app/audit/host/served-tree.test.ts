import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../audit/log/formats/checkpoint.ts';
import { parseNote } from '../../../audit/log/formats/signed-note.ts';
import { removed, temporary, testOptions } from '../../../audit/log/ledger-fixture.ts';
import { openLedger } from '../../../audit/log/ledger.ts';
import { verifyServedTree } from './served-tree.ts';

const size = 70_000;
const pruned = 1_024;
let directory: string;
let root: Buffer;

/** As an HTTP server of the directory would answer, with some of it changed. */
function served(changed: Readonly<Record<string, (bytes: Buffer) => Buffer | undefined>> = {}) {
  return async (path: string): Promise<Uint8Array | undefined> => {
    try {
      const bytes = readFileSync(join(directory, 'logs/general', path));
      return changed[path] === undefined ? bytes : changed[path](bytes);
    } catch {
      return undefined;
    }
  };
}

const flipped = (at: number) => (bytes: Buffer) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
};

beforeAll(async () => {
  directory = temporary();
  const ledger = await openLedger(testOptions(directory));
  for (let first = 0; first < size; first += 5_000) {
    const entries = Array.from({ length: 5_000 }, (_, place) => Buffer.from(`entry ${first + place}`));
    await ledger.appendMany('general', entries);
  }
  await ledger.publish();
  await ledger.prune('general', pruned);
  await ledger.publish();
  await ledger.syncDerived();
  await ledger.close();
  ({ root } = parseCheckpoint(parseNote(readFileSync(join(directory, 'logs/general/checkpoint'))).text));
}, 60_000);
afterAll(() => removed(directory));

test('every entry that a log serves is verified; of pruned ones the hashes are', async () => {
  const progress: number[] = [];
  const found = await verifyServedTree({
    fetch: served(),
    size,
    root,
    onProgress: (done) => progress.push(done),
  });
  expect(found).toEqual({ findings: [], entries: size - pruned, hashesOnly: pruned });
  expect(progress.at(-1)).toBe(size);
});

test('a changed entry is named by its index', async () => {
  const changed = { 'tile/entries/010': flipped(5) };
  const { findings, entries } = await verifyServedTree({ fetch: served(changed), size, root });
  expect(findings).toEqual([expect.objectContaining({ from: 2560, to: 2561 })]);
  expect(entries).toBe(size - pruned - 1);
});

test('a changed leaf hash is found at its entry, in the tile above and in the root', async () => {
  const changed = { 'tile/0/010': flipped(32 * 7) };
  const { findings } = await verifyServedTree({ fetch: served(changed), size, root });
  expect(findings.map(({ from, to }) => [from, to])).toEqual([
    [2567, 2568],
    [0, 65_536],
    [0, size],
  ]);
});

test('a changed tile above the leaves is found, although the root can be made without it', async () => {
  const changed = { 'tile/1/000': flipped(100) };
  const { findings } = await verifyServedTree({ fetch: served(changed), size, root });
  expect(findings).toEqual([expect.objectContaining({ from: 0, to: 65_536 })]);
});

test('a tile of leaf hashes that is gone leaves nothing to verify by', async () => {
  const changed = { 'tile/0/020': () => undefined };
  const { findings } = await verifyServedTree({ fetch: served(changed), size, root });
  expect(findings).toEqual([expect.objectContaining({ from: 5120, to: size })]);
});

test('a bundle that ends early is found, and so is another root', async () => {
  const cut = { 'tile/entries/010': (bytes: Buffer) => bytes.subarray(0, bytes.length - 3) };
  const short = await verifyServedTree({ fetch: served(cut), size, root });
  expect(short.findings).toEqual([expect.objectContaining({ from: 2560, to: 2816 })]);
  const other = await verifyServedTree({ fetch: served(), size, root: Buffer.alloc(32) });
  expect(other.findings).toEqual([{ from: 0, to: size, message: expect.stringContaining('checkpoint') }]);
});

test('an empty log verifies', async () => {
  const { hash } = await import('node:crypto');
  const empty = hash('sha256', '', 'buffer');
  expect(await verifyServedTree({ fetch: served(), size: 0, root: empty })).toMatchObject({
    findings: [],
    entries: 0,
  });
});
