import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { openDirectoryStore } from './directory.ts';
import type { ObjectStore } from './types.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

let root: string;
let store: ObjectStore;
const start = 1_767_225_600_000;
const clock = createManualClock(start);

beforeEach(async () => {
  root = join(mkdtempSync(join(tmpdir(), 'custos-objects-')), 'objects');
  directories.push(join(root, '..'));
  store = await openDirectoryStore(root, clock);
});

const bytes = (text: string): Uint8Array => Buffer.from(text);
const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const drafts = (): string[] => readdirSync(join(root, 'drafts'));

async function* pieces(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield bytes(text);
}

async function keysOf(prefix?: string): Promise<string[]> {
  const page = await store.list(prefix === undefined ? {} : { prefix });
  return page.objects.map((entry) => entry.key);
}

describe('the directory store', () => {
  test('keeps what was put, with its size, hash and time', async () => {
    const facts = await store.put('backups/2026/shop.tar', pieces('one ', 'two ', '', 'three'));
    expect(facts).toEqual({
      key: 'backups/2026/shop.tar',
      sizeBytes: 13,
      sha256: sha256(bytes('one two three')),
      createdAt: start,
    });
    expect(await store.head('backups/2026/shop.tar')).toEqual(facts);
    expect((await store.read('backups/2026/shop.tar', 1000)).toString()).toBe('one two three');
    const opened = await store.get('backups/2026/shop.tar');
    expect(opened.facts).toEqual(facts);
    expect((await opened.stream.toArray()).join('')).toBe('one two three');
  });

  test('keeps an empty object and a large one', async () => {
    await store.put('empty', bytes(''));
    expect(await store.read('empty', 0)).toHaveLength(0);
    const large = randomBytes(5 << 20);
    const facts = await store.put(
      'large',
      Readable.from([large.subarray(0, 3 << 20), large.subarray(3 << 20)]),
    );
    expect(facts).toMatchObject({ sizeBytes: 5 << 20, sha256: sha256(large) });
    expect((await store.read('large', 5 << 20)).equals(large)).toBe(true);
  });

  test('says when there is no such object', async () => {
    expect(await store.head('no/such')).toBeUndefined();
    await expect(store.get('no/such')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.read('no/such', 1)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.delete('no/such')).toBe(false);
  });

  test('never replaces an object', async () => {
    await store.put('a', bytes('first'));
    await expect(store.put('a', bytes('second'))).rejects.toMatchObject({
      code: 'object_exists',
      status: 409,
    });
    expect((await store.read('a', 100)).toString()).toBe('first');
    expect(drafts()).toEqual([]);
  });

  test('lets exactly one of many writers of a key win, and its content is whole', async () => {
    for (let round = 0; round < 10; round += 1) {
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
    expect(drafts()).toEqual([]);
  });

  test('lets exactly one process win', async () => {
    const script = `
      const { openDirectoryStore } = await import(${JSON.stringify(new URL('directory.ts', import.meta.url).href)});
      const { systemClock } = await import(${JSON.stringify(new URL('../../base/clock.ts', import.meta.url).href)});
      const store = await openDirectoryStore(process.argv[1], systemClock);
      let won = 0;
      for (let index = 0; index < 50; index += 1) {
        try { await store.put('p/' + index, Buffer.from(process.argv[2])); won += 1; }
        catch (error) { if (error.code !== 'object_exists') throw error; }
      }
      process.stdout.write(String(won));`;
    const outputs = await Promise.all(
      ['one', 'two'].map((name) =>
        promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, root, name]),
      ),
    );
    const wins = outputs.map(({ stdout }) => Number(stdout));
    expect((wins[0] ?? 0) + (wins[1] ?? 0)).toBe(50);
    expect(await keysOf('p/')).toHaveLength(50);
  });

  test('keeps nothing of a source that fails, is too long, has another hash or is called off', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytes('half');
      throw new Error('source failed');
    }
    await expect(store.put('a/b', failing())).rejects.toThrow('source failed');
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
    expect(await keysOf()).toEqual([]);
    expect(drafts()).toEqual([]);
    await store.put('a/b', bytes('x'), { sha256: sha256(bytes('x')).toUpperCase(), maxBytes: 1 });
  });

  test('is private to its owner', async () => {
    await store.put('a/b/c', bytes('x'));
    const modes: Record<string, number> = {};
    for (const entry of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      modes[entry] = statSync(join(root, entry)).mode & 0o777;
    }
    for (const [entry, mode] of Object.entries(modes)) {
      expect([entry, mode]).toEqual([entry, statSync(join(root, entry)).isDirectory() ? 0o700 : 0o600]);
    }
    expect(Object.keys(modes)).toContain(join('objects', 'a', 'b', 'c~', 'data'));
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test('notices content that is no longer what was written', async () => {
    await store.put('a', bytes('evidence'));
    writeFileSync(join(root, 'objects', 'a~', 'data'), 'evidenze');
    await expect(store.read('a', 100)).rejects.toMatchObject({ code: 'object_corrupt' });
    const { stream } = await store.get('a');
    await expect(stream.toArray()).rejects.toMatchObject({ code: 'object_corrupt' });
    writeFileSync(join(root, 'objects', 'a~', 'facts.json'), '{"key":');
    await expect(store.head('a')).rejects.toMatchObject({ code: 'object_corrupt' });
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
    expect(await keysOf()).toEqual(['a/b/c', 'a/bc']);
    await store.put('a/b', bytes('again'));
    for (const key of await keysOf()) await store.delete(key);
    expect(readdirSync(join(root, 'objects'))).toEqual([]);
    expect(drafts()).toEqual([]);
  });

  test('puts and deletes under one directory do not trip over each other', async () => {
    const work = async (worker: number): Promise<void> => {
      for (let round = 0; round < 60; round += 1) {
        await store.put(`x/y/${worker}`, bytes('x'));
        await store.delete(`x/y/${worker}`);
      }
    };
    await Promise.all([0, 1, 2, 3, 4, 5].map(work));
    expect(await keysOf()).toEqual([]);
  });
});

describe('keys', () => {
  test.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a/..',
    'a.',
    'a\\b',
    'a~',
    'a b',
    'a\0',
    'a\nb',
    'ü',
    'C:',
    'a%2fb',
    'x'.repeat(201),
    Array.from({ length: 31 }, () => 'a').join('/'),
    Array.from({ length: 10 }, () => 'a'.repeat(150)).join('/'),
  ])('%j is refused everywhere', async (key) => {
    for (const act of [
      () => store.put(key, bytes('x')),
      () => store.get(key),
      () => store.head(key),
      () => store.delete(key),
    ]) {
      await expect(act()).rejects.toMatchObject({ code: 'invalid_input', fields: [{ field: 'key' }] });
    }
    expect(drafts()).toEqual([]);
  });

  test('the longest key is kept', async () => {
    const key = [...Array.from({ length: 5 }, () => 'a'.repeat(200)), 'b'.repeat(19)].join('/');
    expect(key).toHaveLength(1024);
    await store.put(key, bytes('x'));
    expect(await keysOf()).toEqual([key]);
  });
});

describe('listing', () => {
  test('is in the order of keys, across directories, by any prefix', async () => {
    const keys = ['a', 'a-b', 'a/b', 'a/b/c', 'a.b', 'a0', 'ab/c', 'b', 'A', 'a/b-c', 'a/b0'];
    for (const key of keys) await store.put(key, bytes(key));
    expect(await keysOf()).toEqual(keys.toSorted((left, right) => Buffer.compare(bytes(left), bytes(right))));
    expect(await keysOf('a/')).toEqual(['a/b', 'a/b-c', 'a/b/c', 'a/b0']);
    expect(await keysOf('a/b')).toEqual(['a/b', 'a/b-c', 'a/b/c', 'a/b0']);
    expect(await keysOf('ab')).toEqual(['ab/c']);
    expect(await keysOf('a/b/')).toEqual(['a/b/c']);
    expect(await keysOf('zz')).toEqual([]);
    expect((await store.list({ prefix: 'b' })).objects).toEqual([
      { key: 'b', sizeBytes: 1, createdAt: start },
    ]);
  });

  test('pages meet every key once, whatever the keys and the page size', async () => {
    const part = fc.constantFrom('a', 'b', 'a-', 'a.b', 'a0', 'A', '..a');
    const key = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('', 'a', 'a/', 'a-', 'a/b', '.', 'A/a'),
        async (keys, limit, prefix) => {
          const directory = join(root, 'properties', randomBytes(6).toString('hex'));
          const own = await openDirectoryStore(directory, clock);
          for (const one of keys) await own.put(one, bytes('x'));
          const met: string[] = [];
          let cursor: string | undefined;
          for (let pages = 0; pages <= keys.length; pages += 1) {
            const page = await own.list({ prefix, limit, ...(cursor === undefined ? {} : { cursor }) });
            expect(page.objects.length).toBeLessThanOrEqual(limit);
            met.push(...page.objects.map((entry) => entry.key));
            cursor = page.cursor;
            if (cursor === undefined) break;
          }
          expect(met).toEqual(
            keys.filter((one) => one.startsWith(prefix)).toSorted((l, r) => (l < r ? -1 : 1)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a limit or a prefix that is none is refused', async () => {
    for (const limit of [0, -1, 1.5, 1001])
      await expect(store.list({ limit })).rejects.toMatchObject({ fields: [{ field: 'limit' }] });
    for (const prefix of ['../x y', 'a\0', 'x'.repeat(1025)]) {
      await expect(store.list({ prefix })).rejects.toMatchObject({ fields: [{ field: 'key' }] });
    }
    expect(await keysOf('../')).toEqual([]);
  });
});

describe('after a crash', () => {
  test('a killed writer leaves no object and no listing, and the key can be written', async () => {
    const script = `
      const { openDirectoryStore } = await import(${JSON.stringify(new URL('directory.ts', import.meta.url).href)});
      const { systemClock } = await import(${JSON.stringify(new URL('../../base/clock.ts', import.meta.url).href)});
      const store = await openDirectoryStore(process.argv[1], systemClock);
      await store.put('done', Buffer.from('done'));
      await store.put('half/way', (async function* () {
        for (;;) { yield Buffer.alloc(1000, 'x'); process.stdout.write('.'); await new Promise((go) => setTimeout(go, 5)); }
      })());`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, root]);
    await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));

    expect(drafts()).toHaveLength(1);
    const again = await openDirectoryStore(root, systemClock);
    expect((await again.list()).objects.map((entry) => entry.key)).toEqual(['done']);
    expect(await again.head('half/way')).toBeUndefined();
    // A draft of this day may belong to another process that is at work.
    expect(drafts()).toHaveLength(1);
    await again.put('half/way', bytes('whole'));
    expect((await again.read('half/way', 100)).toString()).toBe('whole');
  });

  test('drafts that nobody has touched for a day are removed when the store opens', async () => {
    const place = (name: string): string => join(root, 'drafts', name);
    const hour = 3600;
    const now = start / 1000;
    for (const [name, age] of [
      ['old', 25 * hour],
      ['young', 23 * hour],
    ] as const) {
      mkdirSync(place(name));
      writeFileSync(join(place(name), 'data'), 'x');
      utimesSync(join(place(name), 'data'), now - age, now - age);
      utimesSync(place(name), now - 48 * hour, now - 48 * hour);
    }
    await openDirectoryStore(root, clock);
    expect(drafts()).toEqual(['young']);
  });

  test('an object that lost its facts is not there, rather than half there', async () => {
    await store.put('a', bytes('x'));
    rmSync(join(root, 'objects', 'a~', 'facts.json'));
    expect(await store.head('a')).toBeUndefined();
    expect(await keysOf()).toEqual([]);
    expect(existsSync(join(root, 'objects', 'a~', 'data'))).toBe(true);
    expect(readFileSync(join(root, 'objects', 'a~', 'data'), 'utf8')).toBe('x');
  });
});
