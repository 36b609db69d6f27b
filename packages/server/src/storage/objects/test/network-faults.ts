import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../types.ts';
import { allKeys, bytes } from './contract.ts';
import type { TcpCutter } from './tcp-cutter.ts';

/** A store behind a wire that the test may cut. */
export interface WiredStore {
  readonly store: ObjectStore;
  readonly wire: TcpCutter;
  /** Uploads in parts that nobody will finish; where the service has a way to see them. */
  leftovers?(): number;
}

/** What every store over a network promises when the network fails. */
export function describeNetworkFaults(name: string, open: () => Promise<WiredStore>): void {
  describe(`${name} over a bad network`, () => {
    let subject: WiredStore;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => {
      subject.wire.cutUploadsAfter(null);
      subject.wire.cutDownloadsAfter(null);
      subject.wire.loseAnswersTo('', 0);
    });

    test.each([
      ['one request', 2 << 20, 1 << 20],
      ['several parts', 20 << 20, 5 << 20],
    ])('a connection cut in the middle of %s leaves no object', async (_, size, cutAt) => {
      const { store, wire } = subject;
      const content = randomBytes(size);
      const before = wire.cuts();
      wire.cutUploadsAfter(cutAt);
      await expect(store.put('cut/object', content)).rejects.toMatchObject({
        code: 'object_store_failed',
        status: 503,
      });
      expect(wire.cuts()).toBeGreaterThan(before);
      wire.cutUploadsAfter(null);
      expect(await store.head('cut/object')).toBeUndefined();
      expect(await allKeys(store)).toEqual([]);
      await store.put('cut/object', content);
      expect((await store.read('cut/object', size)).equals(content)).toBe(true);
    });

    test('an answer that was lost is not mistaken for another writer’s object', async () => {
      const { store, wire } = subject;
      for (const [method, key] of [
        ['PUT', 'lost/put'],
        ['POST', 'lost/post'],
      ] as const) {
        wire.loseAnswersTo(method, 1);
        expect(await store.put(key, bytes('once'))).toMatchObject({ sizeBytes: 4 });
        wire.loseAnswersTo('', 0);
        await expect(store.put(key, bytes('twice'))).rejects.toMatchObject({ code: 'object_exists' });
        expect((await store.read(key, 10)).toString()).toBe('once');
      }
    });

    test('a download that breaks off is an error, never short content', async () => {
      const { store, wire } = subject;
      const content = randomBytes(4 << 20);
      await store.put('a', content);
      wire.cutDownloadsAfter(1 << 20);
      // Either it fails, or the client goes on from where it was cut and has everything.
      const read = await store.read('a', 4 << 20).catch((error: unknown) => error);
      if (Buffer.isBuffer(read)) expect(read.equals(content)).toBe(true);
      else expect(read).toMatchObject({ code: expect.stringMatching(/^object_(store_failed|corrupt)$/) });
    });

    test('a service that is away is an error of its own, and says no secret', async () => {
      const { store, wire } = subject;
      wire.cutUploadsAfter(0);
      for (const act of [
        () => store.head('a'),
        () => store.get('a'),
        () => store.list(),
        () => store.delete('a'),
        () => store.put('a', bytes('x')),
      ]) {
        const error = await act().catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: 'object_store_failed', status: 503 });
        expect((error as Error).message).not.toMatch(/[Ss]ignature|[Aa]uthorization|AccountKey/);
      }
    });
  });
}
