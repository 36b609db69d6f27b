import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { clientPackages, domains, walls } from './walls.ts';

const root = resolve(import.meta.dirname, '..');
const server = join(root, 'packages/server/src');

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'),
    )
    .map((entry) => join(entry.parentPath, entry.name));
}

const isTest = (file: string): boolean => /\.test\.tsx?$|-fixture\.ts$/.test(file) || file.includes('/test/');

interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Every static and dynamic import of a file. */
function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^'\n]+)'/g;
  return [...text.matchAll(pattern)].map(([, specifier = '']) => ({ file, specifier }));
}

const short = (file: string): string => relative(root, file);

test('every folder of the server is in the table, and the table names no folder that is gone', () => {
  const folders = readdirSync(server, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map((entry) => entry.name).toSorted()).toEqual(Object.keys(walls).toSorted());
});

test('inside the server, folders import only what the table allows', () => {
  const breaches: string[] = [];
  for (const file of sources(server).filter((candidate) => !isTest(candidate))) {
    const inside = relative(server, file);
    const [folder = ''] = inside.split('/');
    if (!inside.includes('/')) continue; // main.ts
    const allowed = walls[folder] ?? [];
    const isRoutes = domains.includes(folder) && /\/routes[^/]*\.ts$/.test(inside);
    for (const { specifier } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(server, resolve(dirname(file), specifier));
      const [targetFolder = ''] = target.split('/');
      if (targetFolder === folder || allowed.includes('*') || allowed.includes(targetFolder)) continue;
      if (allowed.includes(target.replace(/\.ts$/, ''))) continue;
      if (isRoutes && targetFolder === 'http') continue;
      breaches.push(`${short(file)} imports ${target}`);
    }
  }
  expect(breaches).toEqual([]);
});

test('a store belongs to its folder', () => {
  const breaches = sources(server)
    .filter((file) => !isTest(file))
    .flatMap(importsOf)
    .filter(({ file, specifier }) => {
      if (!/(^|\/)store\.ts$/.test(specifier) || !specifier.startsWith('.')) return false;
      const from = relative(server, file).split('/')[0];
      const to = relative(server, resolve(dirname(file), specifier)).split('/')[0];
      return from !== to;
    })
    .map(({ file, specifier }) => `${short(file)} imports ${specifier}`);
  expect(breaches).toEqual([]);
});

test('relative imports exist, end in their extension, and stay in their package', () => {
  const breaches: string[] = [];
  for (const name of ['contract', 'client', 'server']) {
    const packageRoot = join(root, 'packages', name);
    for (const { file, specifier } of sources(join(packageRoot, 'src')).flatMap(importsOf)) {
      if (!specifier.startsWith('.')) continue;
      const target = resolve(dirname(file), specifier);
      if (!existsSync(target)) breaches.push(`${short(file)} imports ${specifier}, which is not there`);
      if (!target.startsWith(packageRoot)) breaches.push(`${short(file)} leaves its package by ${specifier}`);
    }
  }
  expect(breaches).toEqual([]);
});

test('packages import only the packages that the design allows', () => {
  const breaches: string[] = [];
  for (const [name, allowed] of Object.entries(clientPackages)) {
    for (const { file, specifier } of sources(join(root, 'packages', name, 'src')).flatMap(importsOf)) {
      if (!specifier.startsWith('@custos/') && specifier !== 'custos') continue;
      const inCli = short(file).startsWith('packages/server/src/cli/');
      // `@custos/client/ledger` is a door of `@custos/client`.
      const imported = specifier.split('/').slice(0, 2).join('/');
      if (allowed.includes(imported) || isTest(file) || (inCli && imported === '@custos/client')) continue;
      breaches.push(`${short(file)} imports ${specifier}`);
    }
  }
  expect(breaches).toEqual([]);
});

test('only the clock reads the time', () => {
  const breaches = sources(server)
    .filter((file) => !isTest(file) && !file.endsWith('base/clock.ts'))
    .filter((file) => /\bDate\.now\(|new Date\(\)|\bperformance\.now\(/.test(readFileSync(file, 'utf8')))
    .map(short);
  expect(breaches).toEqual([]);
});

test('every domain has a page that says what it promises', () => {
  const missing = Object.keys(walls)
    .filter((folder) => !['base', 'app', 'cli', 'storage'].includes(folder))
    .filter((folder) => !existsSync(join(server, folder, 'README.md')));
  expect(missing).toEqual([]);
});
