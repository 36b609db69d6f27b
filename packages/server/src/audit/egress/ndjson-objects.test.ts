import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../base/clock.ts';
import { openDirectoryStore } from '../../storage/objects/directory.ts';
import type { ObjectStore } from '../../storage/objects/types.ts';
import { decodeLeaf } from '../events/leaf.ts';
import { removed, temporary } from '../log/ledger-fixture.ts';
import { eventLeaf, openTestLedger } from './egress-fixture.ts';
import { createNdjsonObjectsDestination, type NdjsonObjectsOptions } from './ndjson-objects.ts';
import { endOfBatch } from './plan.ts';
import type { EgressBatch } from './types.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) removed(directory);
});

async function world(more: Partial<NdjsonObjectsOptions> = {}) {
  const directory = temporary();
  directories.push(directory);
  const clock: ManualClock = createManualClock();
  const objects: ObjectStore = await openDirectoryStore(directory, clock);
  const destination = createNdjsonObjectsDestination({
    objects,
    prefix: 'export/',
    compression: 'gzip',
    settings: { MAX_FILE_SIZE_MB: 100, COMPRESSION_LEVEL: 6, RETENTION_DAYS: 90 },
    clock,
    ...more,
  });
  const keys = async (): Promise<string[]> => (await objects.list()).objects.map(({ key }) => key);
  return { objects, destination, clock, keys, directory };
}

function batchOf(from: number, to: number, at = 1): EgressBatch {
  return {
    destination: 'files',
    log: 'general',
    from,
    to,
    async *events() {
      for (let index = from; index < to; index += 1) {
        const leafHash = Buffer.from(`${at}-${index}`).toString('base64');
        yield { log: 'general', index, leafHash, event: decodeLeaf(eventLeaf(index, at)) };
      }
    },
  };
}
const send = (
  destination: { send(batch: EgressBatch, signal: AbortSignal): Promise<void> },
  batch: EgressBatch,
) => destination.send(batch, new AbortController().signal);

test.each([
  ['gzip', '.gz', gunzipSync],
  ['zstd', '.zst', zstdDecompressSync],
  ['none', '', (bytes: Buffer) => bytes],
] as const)(
  'a file (%s) is named for its log and range and holds one event per line',
  async (compression, end, open) => {
    const { objects, destination, keys } = await world({ compression });
    await send(destination, batchOf(3, 2000));
    const key = `export/general/000000000000003-000000000002000.ndjson${end}`;
    expect(await keys()).toEqual([key]);
    const stored = await objects.read(key, 10_000_000);
    const text = open(stored).toString('utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { index: number });
    expect(lines.map(({ index }) => index)).toEqual(Array.from({ length: 1997 }, (_, place) => place + 3));
    if (compression !== 'none') expect(stored.length).toBeLessThan(text.length / 2);
  },
);

test('a repeat finds the file that is there already, and a file of another history is not taken for it', async () => {
  const { destination, keys } = await world();
  await send(destination, batchOf(0, 10));
  await send(destination, batchOf(0, 10));
  expect(await keys()).toHaveLength(1);
  await expect(send(destination, batchOf(0, 10, 2))).rejects.toMatchObject({ code: 'audit_egress_failed' });
});

test('a file that could not be written whole is not there', async () => {
  const { destination, keys } = await world();
  const broken: EgressBatch = {
    ...batchOf(0, 10),
    async *events() {
      yield* batchOf(0, 5).events();
      throw new Error('the log went away');
    },
  };
  await expect(send(destination, broken)).rejects.toThrow();
  expect(await keys()).toEqual([]);
});

test('files are kept for RETENTION_DAYS, and others beside them are left alone', async () => {
  const { objects, destination, clock, keys } = await world();
  await send(destination, batchOf(0, 10));
  await objects.put('export/readme.txt', Buffer.from('mine'));
  clock.jump(50 * 86_400_000);
  await send(destination, batchOf(10, 20));
  clock.jump(40 * 86_400_000);
  await destination.maintain?.();
  expect(await keys()).toHaveLength(3);
  clock.jump(1);
  await destination.maintain?.();
  expect(await keys()).toEqual([
    'export/general/000000000000010-000000000000020.ndjson.gz',
    'export/readme.txt',
  ]);
});

test('a file ends before MAX_FILE_SIZE_MB, as close to it as whole events allow', async () => {
  const directory = temporary();
  directories.push(directory);
  const ledger = await openTestLedger(directory);
  const details = JSON.stringify({ text: 'x'.repeat(1700) });
  const leaves = Array.from({ length: 1500 }, (_, index) => eventLeaf(index, 1, { details }));
  await ledger.appendMany('general', leaves);
  const { destination, objects } = await world({
    compression: 'none',
    settings: { MAX_FILE_SIZE_MB: 1, COMPRESSION_LEVEL: 6, RETENTION_DAYS: 90 },
  });
  const reader = ledger.reader('general');
  const to = await endOfBatch(reader, { log: 'general', from: 0, size: 1500 }, destination.batch);
  await send(destination, {
    ...batchOf(0, to),
    async *events() {
      for (let index = 0; index < to; index += 1) {
        const leafHash = (await reader.leafHash(index)).toString('base64');
        yield { log: 'general', index, leafHash, event: decodeLeaf(leaves[index] as Uint8Array) };
      }
    },
  });
  const [file] = (await objects.list()).objects;
  expect(file?.sizeBytes).toBeLessThanOrEqual(1_000_000);
  expect(file?.sizeBytes).toBeGreaterThan(980_000);
  await ledger.close();
});

test('a file that was damaged afterwards is not taken for the batch', async () => {
  const { destination, directory, keys } = await world({ compression: 'none' });
  await send(destination, batchOf(0, 10));
  const [key = ''] = await keys();
  const path = join(directory, 'objects', `${key}~`, 'data');
  await truncate(path, 300);
  await expect(send(destination, batchOf(0, 10))).rejects.toThrow();
});

test('a prefix that no key can begin with is refused', async () => {
  await expect(world({ prefix: '/x' })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(world({ prefix: 'x' })).rejects.toMatchObject({ code: 'invalid_input' });
});
