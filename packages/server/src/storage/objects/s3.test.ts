import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../../test/serve.ts';
import { freePort } from '../../../test/stores.ts';
import { systemClock } from '../../base/clock.ts';
import { allKeys, bytes, describeObjectStore } from './test/contract.ts';
import { describeNetworkFaults } from './test/network-faults.ts';
import { startS3Edge, type S3Edge } from './test/s3-edge.ts';
import { openTcpCutter, type TcpCutter } from './test/tcp-cutter.ts';
import { openObjects } from './open.ts';
import type { ObjectStore } from './types.ts';

const require = createRequire(import.meta.url);

// A strict S3 of our own at the network's edge: s3rver knows no conditional writes, lists in the order of
// its files and shows half of what a broken connection sent.
let edge: S3Edge;
let wire: TcpCutter;
let stores = 0;
beforeAll(async () => {
  edge = await startS3Edge();
  wire = await openTcpCutter(edge.port);
});
afterAll(async () => {
  await wire.close();
  await edge.close();
});

const at = (prefix: string, port: number): string =>
  `s3://${edge.bucket}/${prefix}?region=eu-west-1&endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`;
const openAt = (prefix: string, port = edge.port): Promise<ObjectStore> =>
  openObjects(at(prefix, port), { clock: systemClock, secrets: edge.secrets });
const newPrefix = (): string => `t${(stores += 1)}/deep`;

describeObjectStore('the S3 store', async () => {
  const prefix = newPrefix();
  return {
    store: await openAt(prefix),
    tamper: async (key, content) => edge.tamper(`${prefix}/${key}`, content),
    leftovers: edge.openUploads,
  };
});

describeNetworkFaults('the S3 store', async () => ({ store: await openAt(newPrefix(), wire.port), wire }));

describe('the S3 store', () => {
  test('begins anew when another write of the key was in the way', async () => {
    const store = await openAt(newPrefix());
    edge.conflictNext(2);
    expect(await store.put('a', bytes('x'))).toMatchObject({ sizeBytes: 1 });
    edge.conflictNext(1);
    expect(await store.put('b', Buffer.alloc(9 << 20))).toMatchObject({ sizeBytes: 9 << 20 });
    edge.conflictNext(100);
    await expect(store.put('c', bytes('x'))).rejects.toMatchObject({ code: 'object_store_failed' });
    edge.conflictNext(0);
    expect(await allKeys(store)).toEqual(['a', 'b']);
    expect(edge.openUploads()).toBe(0);
  });

  test('refuses to vouch for an object that somebody else wrote', async () => {
    const store = await openAt(newPrefix());
    const other = await import('@aws-sdk/client-s3');
    const client = new other.S3Client({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${edge.port}`,
      forcePathStyle: true,
      credentials: edge.secrets,
    });
    const prefix = `t${stores}/deep`;
    await client.send(
      new other.PutObjectCommand({ Bucket: edge.bucket, Key: `${prefix}/b`, Body: 'theirs' }),
    );
    await client.send(
      new other.PutObjectCommand({ Bucket: edge.bucket, Key: `${prefix}/no key`, Body: 'x' }),
    );
    client.destroy();
    await expect(store.head('b')).rejects.toMatchObject({ code: 'object_corrupt' });
    await expect(store.get('b')).rejects.toMatchObject({ code: 'object_corrupt' });
    await expect(store.put('b', bytes('ours'))).rejects.toMatchObject({ code: 'object_exists' });
    expect(await allKeys(store)).toEqual(['b']);
  });

  test('with wrong credentials says so and gives none away', async () => {
    const store = await openObjects(at('x', edge.port), {
      clock: systemClock,
      secrets: { accessKeyId: edge.secrets.accessKeyId, secretAccessKey: 'not-the-secret' },
    });
    const error = await store.list().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'object_store_failed' });
    expect((error as Error).message).toContain('SignatureDoesNotMatch');
    expect((error as Error).message).not.toContain('not-the-secret');
  });
});

describe('the S3 store on s3rver, an implementation that is not ours', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-s3rver-'));
  let stop = async (): Promise<void> => undefined;
  afterAll(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  test('puts, reads, lists and deletes, in one part and in several', async () => {
    const port = await freePort();
    const main = require.resolve('s3rver/bin/s3rver.js');
    const child = spawn(
      process.execPath,
      [main, '-a', '127.0.0.1', '-d', directory, '-p', String(port), '-s', '--configure-bucket', 'other'],
      { stdio: 'ignore' },
    );
    stop = async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    };
    const url = `s3://other/in/here?endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`;
    const secrets = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
    const store = await openObjects(url, { clock: systemClock, secrets });
    await eventually(async () => (await store.list()).objects.length === 0, { what: 'a running s3rver' });

    const large = randomBytes(17 << 20);
    await store.put('large', large);
    const small = await store.put('small', bytes('content'));
    expect(await store.head('small')).toEqual(small);
    expect((await store.read('large', large.length)).equals(large)).toBe(true);
    // In one page: its continuation tokens need a cipher that Node no longer has.
    expect(await allKeys(store)).toEqual(['large', 'small']);
    expect(await store.delete('small')).toBe(true);
    expect(await store.delete('small')).toBe(false);
    expect(await allKeys(store)).toEqual(['large']);
  });
});
