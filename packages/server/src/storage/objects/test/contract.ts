import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../types.ts';

/** An empty store and how to harm it. */
export interface StoreUnderTest {
  readonly store: ObjectStore;
  /** Changes stored content behind the store's back, facts left as they are. */
  tamper(key: string, content: Uint8Array): Promise<void>;
  /** Anything left of unfinished work; for services that have a way to see it. */
  leftovers?(): number;
}

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

export async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

/** Every key, by as many pages as it takes. */
export async function allKeys(store: ObjectStore, prefix = '', limit = 1000): Promise<string[]> {
  const met: string[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 1000; pages += 1) {
    const page = await store.list({ prefix, limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.objects.length).toBeLessThanOrEqual(limit);
    met.push(...page.objects.map(({ key }) => key));
    cursor = page.cursor;
    if (cursor === undefined) return met;
  }
  throw new Error('the listing has no end');
}

/** What every store of objects promises. `open` gives an empty store each time. */
export function describeObjectStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let subject: StoreUnderTest;
    let store: ObjectStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    const nothingLeft = (): void => {
      if (subject.leftovers !== undefined) expect(subject.leftovers()).toBe(0);
    };

    test('keeps what was put, with its size, hash and time', async () => {
      const before = Date.now();
      const facts = await store.put('backups/2026/shop.tar', pieces('one ', 'two ', '', 'three'));
      expect(facts).toEqual({
        key: 'backups/2026/shop.tar',
        sizeBytes: 13,
        sha256: sha256(bytes('one two three')),
        createdAt: expect.any(Number),
      });
      // Services say their time in whole seconds.
      expect(facts.createdAt).toBeGreaterThanOrEqual(before - 2000);
      expect(facts.createdAt).toBeLessThanOrEqual(Date.now() + 2000);
      expect(await store.head('backups/2026/shop.tar')).toEqual(facts);
      expect((await store.read('backups/2026/shop.tar', 1000)).toString()).toBe('one two three');
      const opened = await store.get('backups/2026/shop.tar');
      expect(opened.facts).toEqual(facts);
      expect((await opened.stream.toArray()).join('')).toBe('one two three');
      const { key, sizeBytes, createdAt } = facts;
      expect((await store.list()).objects).toEqual([{ key, sizeBytes, createdAt }]);
    });

    test('keeps an empty object and one that is sent in several parts', async () => {
      await store.put('empty', bytes(''));
      expect(await store.read('empty', 0)).toHaveLength(0);
      const large = randomBytes((20 << 20) + 7);
      const facts = await store.put(
        'large',
        Readable.from([large.subarray(0, 3 << 20), large.subarray(3 << 20)]),
      );
      expect(facts).toMatchObject({ sizeBytes: large.length, sha256: sha256(large) });
      expect(await store.head('large')).toEqual(facts);
      expect((await store.read('large', large.length)).equals(large)).toBe(true);
      expect(await allKeys(store)).toEqual(['empty', 'large']);
      nothingLeft();
    });

    test('says when there is no such object', async () => {
      expect(await store.head('no/such')).toBeUndefined();
      await expect(store.get('no/such')).rejects.toMatchObject({ code: 'not_found' });
      await expect(store.read('no/such', 1)).rejects.toMatchObject({ code: 'not_found' });
      expect(await store.delete('no/such')).toBe(false);
      expect(await store.list()).toEqual({ objects: [] });
    });

    test('never replaces an object', async () => {
      await store.put('a', bytes('first'));
      await expect(store.put('a', bytes('second'))).rejects.toMatchObject({
        code: 'object_exists',
        status: 409,
      });
      await expect(store.put('a', Buffer.alloc(20 << 20))).rejects.toMatchObject({ code: 'object_exists' });
      expect((await store.read('a', 100)).toString()).toBe('first');
      nothingLeft();
    });

    test('lets exactly one of many writers of a key win, and its content is whole', async () => {
      for (let round = 0; round < 5; round += 1) {
        const key = `race/${round}/object`;
        const writers = Array.from({ length: 12 }, (_, index) => `writer ${index} `.repeat(500));
        const results = await Promise.allSettled(writers.map((text) => store.put(key, pieces(text, text))));
        const won = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
        expect(won).toHaveLength(1);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'object_exists' });
        }
        const text = writers[won[0] ?? -1] ?? '';
        expect((await store.read(key, 1 << 20)).toString()).toBe(text + text);
      }
      nothingLeft();
    });

    test('lets exactly one of many writers of large content win', async () => {
      const writers = Array.from({ length: 4 }, (_, index) => Buffer.alloc((9 << 20) + index, index + 1));
      const results = await Promise.allSettled(writers.map((content) => store.put('race', content)));
      const won = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
      expect(won).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'object_exists' });
      }
      const content = writers[won[0] ?? -1] as Buffer;
      expect((await store.read('race', 20 << 20)).equals(content)).toBe(true);
      nothingLeft();
    });

    test('keeps nothing of a source that fails, is too long, has another hash or is called off', async () => {
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield bytes('half');
        throw new Error('source failed');
      }
      async function* failingLate(): AsyncGenerator<Uint8Array> {
        for (let part = 0; part < 20; part += 1) yield Buffer.alloc(1 << 20);
        throw new Error('source failed late');
      }
      await expect(store.put('a/b', failing())).rejects.toThrow('source failed');
      await expect(store.put('a/b', failingLate())).rejects.toThrow('source failed late');
      await expect(store.put('a/b', pieces('12345', '6'), { maxBytes: 5 })).rejects.toMatchObject({
        code: 'object_too_large',
      });
      await expect(store.put('a/b', bytes('x'), { sha256: sha256(bytes('y')) })).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'sha256' }],
      });
      await expect(store.put('a/b', bytes('x'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(await store.head('a/b')).toBeUndefined();
      expect(await allKeys(store)).toEqual([]);
      nothingLeft();
      await store.put('a/b', bytes('x'), { sha256: sha256(bytes('x')).toUpperCase(), maxBytes: 1 });
    });

    test('notices content that is no longer what was written', async () => {
      await store.put('a', bytes('evidence'));
      await subject.tamper('a', bytes('evidenze'));
      await expect(store.read('a', 100)).rejects.toMatchObject({ code: 'object_corrupt' });
      const { stream } = await store.get('a');
      await expect(stream.toArray()).rejects.toMatchObject({ code: 'object_corrupt' });
      await subject.tamper('a', bytes('evide'));
      await expect(store.read('a', 100)).rejects.toMatchObject({ code: 'object_corrupt' });
    });

    test('reads no more than it is told to', async () => {
      await store.put('a', bytes('123456'));
      await expect(store.read('a', 5)).rejects.toMatchObject({ code: 'object_too_large' });
      expect(await store.read('a', 6)).toHaveLength(6);
    });

    test('deletes the object and nothing else, and the key is free again', async () => {
      await store.put('a/b', bytes('1'));
      await store.put('a/b/c', bytes('2'));
      await store.put('a/bc', bytes('3'));
      expect(await store.delete('a/b')).toBe(true);
      expect(await store.delete('a/b')).toBe(false);
      expect(await allKeys(store)).toEqual(['a/b/c', 'a/bc']);
      await store.put('a/b', bytes('again'));
      expect((await store.read('a/b', 100)).toString()).toBe('again');
      for (const key of await allKeys(store)) await store.delete(key);
      expect(await allKeys(store)).toEqual([]);
    });

    test('refuses a key that not every store can keep', async () => {
      for (const key of ['', '/a', 'a/', 'a//b', '..', 'a/../b', 'a.', 'a\\b', 'a b', 'ü', 'x'.repeat(201)]) {
        for (const act of [
          () => store.put(key, bytes('x')),
          () => store.get(key),
          () => store.head(key),
          () => store.delete(key),
        ]) {
          await expect(act()).rejects.toMatchObject({
            code: 'invalid_input',
            fields: [{ field: 'key' }],
          });
        }
      }
    });

    test('keeps the longest key and every sign that a key may have', async () => {
      const long = [...Array.from({ length: 4 }, () => 'a'.repeat(200)), 'b'.repeat(100)].join('/');
      const keys = [long, 'A-Z/a_z/0.9/=@+-._'];
      for (const key of keys) await store.put(key, bytes(key));
      expect(await allKeys(store)).toEqual(keys.toSorted((l, r) => (l < r ? -1 : 1)));
      for (const key of keys) expect((await store.read(key, 2000)).toString()).toBe(key);
    });

    test('lists in the order of keys, by any prefix', async () => {
      const keys = ['a', 'a-b', 'a/b', 'a/b/c', 'a.b', 'a0', 'ab/c', 'b', 'A', 'a/b-c', 'a/b0'];
      for (const key of keys) await store.put(key, bytes(key));
      expect(await allKeys(store)).toEqual(
        keys.toSorted((left, right) => Buffer.compare(bytes(left), bytes(right))),
      );
      expect(await allKeys(store, 'a/')).toEqual(['a/b', 'a/b-c', 'a/b/c', 'a/b0']);
      expect(await allKeys(store, 'ab')).toEqual(['ab/c']);
      expect(await allKeys(store, 'a/b/')).toEqual(['a/b/c']);
      expect(await allKeys(store, 'zz')).toEqual([]);
    });

    test('pages meet every key once, whatever the keys and the page size', async () => {
      const part = fc.constantFrom('a', 'b', 'a-', 'a.b', 'a0', 'A', '..a');
      const keyOf = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(keyOf, { minLength: 1, maxLength: 10 }),
          fc.integer({ min: 1, max: 5 }),
          fc.constantFrom('', 'a', 'a/', 'a-', 'a/b', '.', 'A/a'),
          async (keys, limit, prefix) => {
            const { store: own } = await open();
            for (const key of keys) await own.put(key, bytes('x'));
            expect(await allKeys(own, prefix, limit)).toEqual(
              keys.filter((key) => key.startsWith(prefix)).toSorted((l, r) => (l < r ? -1 : 1)),
            );
          },
        ),
        { numRuns: 12 },
      );
    });

    test('refuses a limit or a prefix that is none', async () => {
      for (const limit of [0, -1, 1.5, 1001]) {
        await expect(store.list({ limit })).rejects.toMatchObject({ fields: [{ field: 'limit' }] });
      }
      for (const prefix of ['../x y', 'a\0', 'x'.repeat(1025)]) {
        await expect(store.list({ prefix })).rejects.toMatchObject({ fields: [{ field: 'key' }] });
      }
    });
  });
}
