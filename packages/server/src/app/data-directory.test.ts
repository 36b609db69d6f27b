import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareDataDirectory } from './data-directory.ts';

test('a data directory is made for its owner alone and left empty', () => {
  const base = mkdtempSync(join(tmpdir(), 'custos-data-'));
  const path = join(base, 'deep', 'data');
  prepareDataDirectory(path);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(readdirSync(path)).toEqual([]);
  rmSync(base, { recursive: true });
});

test('one that cannot be used is named, with what to do', () => {
  const base = mkdtempSync(join(tmpdir(), 'custos-data-'));
  const file = join(base, 'file');
  writeFileSync(file, '');
  expect(() => prepareDataDirectory(file)).toThrow(
    /data directory .*\/file cannot be used: .*name another one/,
  );
  expect(() => prepareDataDirectory(join(file, 'below'))).toThrow(/cannot be used/);
  rmSync(base, { recursive: true });
});
