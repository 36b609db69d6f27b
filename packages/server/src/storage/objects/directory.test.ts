import { execFile, spawn } from 'node:child_process';
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
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { openDirectoryStore } from './directory.ts';
import { bytes, describeObjectStore } from './test/contract.ts';
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

const drafts = (): string[] => readdirSync(join(root, 'drafts'));

async function keysOf(prefix?: string): Promise<string[]> {
  const page = await store.list(prefix === undefined ? {} : { prefix });
  return page.objects.map((entry) => entry.key);
}

describeObjectStore('the directory store keeps the contract and', async () => {
  const place = mkdtempSync(join(tmpdir(), 'custos-objects-'));
  directories.push(place);
  return {
    store: await openDirectoryStore(place, systemClock),
    async tamper(key, content) {
      writeFileSync(join(place, 'objects', `${key}~`, 'data'), content);
    },
    leftovers: () => readdirSync(join(place, 'drafts')).length,
  };
});

describe('the directory store', () => {
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

  test('notices facts that cannot be read', async () => {
    await store.put('a', bytes('evidence'));
    writeFileSync(join(root, 'objects', 'a~', 'facts.json'), '{"key":');
    await expect(store.head('a')).rejects.toMatchObject({ code: 'object_corrupt' });
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
