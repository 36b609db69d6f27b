import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createBreachedFile } from './breached-file.ts';
import { createPasswordCheck } from './check.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-breached-'));
afterAll(() => rmSync(directory, { recursive: true }));

const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

function fileOf(passwords: readonly string[], end = '\r\n'): string {
  const path = join(directory, `${sha1(passwords.join()).slice(0, 12)}-${end.length}.txt`);
  const lines = passwords.map((password, index) => `${sha1(password)}:${10 ** (index % 8)}`);
  writeFileSync(path, lines.toSorted().join(end) + end);
  return path;
}

test.each([1, 2, 3, 10, 1000])('every one of %i leaked passwords is found, and no other', async (count) => {
  const leaked = Array.from({ length: count }, (_, index) => `leaked password ${index}`);
  for (const end of ['\n', '\r\n']) {
    const file = createBreachedFile(fileOf(leaked, end));
    await file.check();
    for (const password of leaked) expect(await file.has(password), password).toBe(true);
    for (let index = 0; index < count; index += 1) expect(await file.has(`other ${index}`)).toBe(false);
  }
});

test('a file without counts, and one whose last line is not ended, will do', async () => {
  const path = join(directory, 'bare.txt');
  writeFileSync(path, ['one', 'two', 'three'].map(sha1).toSorted().join('\n'));
  const file = createBreachedFile(path);
  for (const password of ['one', 'two', 'three']) expect(await file.has(password)).toBe(true);
  expect(await file.has('four')).toBe(false);
});

test('a file that is not there, empty, or of another kind is named', async () => {
  const unusable = { code: 'breached_passwords_unusable' };
  await expect(createBreachedFile(join(directory, 'none')).check()).rejects.toMatchObject(unusable);
  for (const text of ['', 'password\nletmein\n', `${sha1('a').toLowerCase()}:1\n`]) {
    const path = join(directory, 'bad.txt');
    writeFileSync(path, text);
    await expect(createBreachedFile(path).check(), text).rejects.toMatchObject(unusable);
  }
});

test('a leaked password is refused, with its reason, after the rules', async () => {
  const leaked = 'tram velvet ocean lantern';
  const check = createPasswordCheck(createBreachedFile(fileOf([leaked, 'short'])));
  const owner = { email: 'ada@example.com', name: 'Ada' };
  expect(await check(leaked, owner)).toEqual([
    { field: 'password', message: expect.stringContaining('has leaked') },
  ]);
  expect(await check('short', owner)).toEqual([
    { field: 'password', message: expect.stringContaining('at least 12') },
  ]);
  expect(await check('copper walnut drifting moss', owner)).toEqual([]);
  expect(await createPasswordCheck(null)(leaked, owner)).toEqual([]);
});
