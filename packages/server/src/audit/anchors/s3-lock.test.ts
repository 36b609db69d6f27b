import { generateKeyPairSync } from 'node:crypto';
import { S3Client, DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import type { LockedObjects } from '../../storage/objects/locked.ts';
import { openLockedS3 } from '../../storage/objects/s3-locked.ts';
import { startS3Edge, type S3Edge } from '../../storage/objects/test/s3-edge.ts';
import { formatCheckpoint } from '../log/formats/checkpoint.ts';
import { createSigner } from '../log/formats/keys.ts';
import { formatNote } from '../log/formats/signed-note.ts';
import { testKeys, testOrigins } from '../log/ledger-fixture.ts';
import type { PublishedCheckpoint } from '../log/ledger-types.ts';
import { createLockAnchor } from './s3-lock.ts';
import type { Anchor } from './types.ts';

const origin = testOrigins.security;
const signer = createSigner({ name: origin, type: 1, privateKey: testKeys(origin).ed25519 });
const postQuantum = createSigner({
  name: origin,
  type: 6,
  privateKey: generateKeyPairSync('ml-dsa-44').privateKey,
});
const dayMs = 86_400_000;

function checkpointAt(size: number, seed = 1, signers = [signer]): PublishedCheckpoint {
  const text = formatCheckpoint({ origin, size, root: Buffer.alloc(32, seed) });
  const note = formatNote({ text, signatures: signers.map((one) => one.sign(text, 0)) });
  return { log: 'security', origin, size, text, note };
}

describe('an anchor under S3 Object Lock', () => {
  const clock = createManualClock(Date.now());
  let edge: S3Edge;
  let objects: LockedObjects;
  let anchor: Anchor;
  let client: S3Client;

  async function start(lock: boolean): Promise<void> {
    edge = await startS3Edge({ lock });
    const endpoint = `http://127.0.0.1:${edge.port}`;
    const address = `s3://${edge.bucket}/anchors?region=eu-west-1&endpoint=${encodeURIComponent(endpoint)}`;
    objects = await openLockedS3(address, edge.secrets);
    client = new S3Client({
      region: 'eu-west-1',
      endpoint,
      forcePathStyle: true,
      credentials: edge.secrets,
    });
    anchor = createLockAnchor({
      name: 'vault',
      objects,
      clock,
      retainMs: 30 * dayMs,
      verifiersOf: (name) => (name === origin ? [signer.verifier, postQuantum.verifier] : []),
    });
  }
  beforeEach(() => start(true));
  afterEach(async () => {
    objects.close();
    client.destroy();
    await edge.close();
  });
  const keyOf = (receipt: Buffer): { key: string; versionId: string } =>
    JSON.parse(receipt.toString()) as { key: string; versionId: string };

  test('keeps checkpoints, and finds the newest of many', async () => {
    expect(await anchor.newest(origin)).toBeNull();
    for (const size of [0, 9, 10, 1000, 99, 250]) {
      expect(await anchor.publish(checkpointAt(size))).toMatchObject({ kind: 's3-lock', size });
    }
    expect(await anchor.newest(origin)).toEqual({
      source: 'the anchor vault',
      size: 1000,
      root: Buffer.alloc(32, 1),
    });
    expect(await anchor.newest('example.com/other')).toBeNull();
  });

  test('a checkpoint that is handed over twice, or signed anew, is kept once and is no error', async () => {
    const signers = [signer, postQuantum];
    const first = await anchor.publish(checkpointAt(5, 1, signers));
    // ML-DSA signs the same text differently each time.
    expect(checkpointAt(5, 1, signers).note).not.toBe(checkpointAt(5, 1, signers).note);
    const second = await anchor.publish(checkpointAt(5, 1, signers));
    expect(keyOf(second.receipt)).toEqual(keyOf(first.receipt));
    expect(await objects.versions('', 100)).toHaveLength(1);
  });

  test('what is kept cannot be removed before its time, and a marker over it hides nothing', async () => {
    const { receipt } = await anchor.publish(checkpointAt(7));
    const { key, versionId } = keyOf(receipt);
    const at = { Bucket: edge.bucket, Key: `anchors/${key}` };
    await expect(client.send(new DeleteObjectCommand({ ...at, VersionId: versionId }))).rejects.toMatchObject(
      { name: 'AccessDenied' },
    );
    await client.send(new DeleteObjectCommand(at));
    expect(await anchor.newest(origin)).toMatchObject({ size: 7 });
    edge.setTime(clock.now() + 31 * dayMs);
    await client.send(new DeleteObjectCommand({ ...at, VersionId: versionId }));
    expect(await anchor.newest(origin)).toBeNull();
  });

  test('what others lay into the bucket is neither taken for ours nor in the way of ours', async () => {
    const { receipt } = await anchor.publish(checkpointAt(7));
    const folder = `anchors/${keyOf(receipt).key.split('/')[0]}`;
    const stranger = createSigner({ name: origin, type: 1, privateKey: testKeys('stranger').ed25519 });
    for (const [name, body] of [
      ['0000000000000001-8-x.checkpoint', checkpointAt(8, 2, [stranger]).note],
      ['0000000000000002-9-x.checkpoint', 'nonsense'],
    ] as const) {
      await client.send(new PutObjectCommand({ Bucket: edge.bucket, Key: `${folder}/${name}`, Body: body }));
    }
    expect(await anchor.newest(origin)).toMatchObject({ size: 7 });
    await anchor.publish(checkpointAt(8));
    expect(await anchor.newest(origin)).toMatchObject({ size: 8, root: Buffer.alloc(32, 1) });
  });

  test('another root of the same size under our own key is a fork, and said to be one', async () => {
    await anchor.publish(checkpointAt(7, 1));
    await expect(anchor.publish(checkpointAt(7, 2))).rejects.toMatchObject({ code: 'anchor_contradicts' });
  });

  test('a bucket without Object Lock is refused before anything is stored', async () => {
    objects.close();
    client.destroy();
    await edge.close();
    await start(false);
    await expect(anchor.check?.()).rejects.toMatchObject({ code: 'object_lock_missing' });
    await expect(anchor.publish(checkpointAt(7))).rejects.toMatchObject({ code: 'object_lock_missing' });
    expect(await objects.versions('', 100)).toEqual([]);
  });

  test('a service that takes the lock’s headers and does not lock is found out', async () => {
    edge.ignoreLocks();
    await expect(anchor.publish(checkpointAt(7))).rejects.toMatchObject({ code: 'object_lock_missing' });
  });
});
