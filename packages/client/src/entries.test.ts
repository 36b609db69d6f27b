import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string>>;
};

/** Everything that is imported when a file is loaded; what is imported as types only is not. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(file, 'utf8');
  for (const [statement, specifier = ''] of text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'/gm)) {
    if (/^(?:import|export) type\b/.test(statement)) continue;
    if (specifier.startsWith('.')) loadedBy(resolve(dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

const modulesOf = (entry: string): string[] =>
  [...loadedBy(resolve(import.meta.dirname, '..', packageJson.exports[entry] ?? ''))].filter(
    (name) => !name.startsWith('/'),
  );

/** Entries for other people's servers; they verify tokens by a library. */
const guards = ['./fastify', './express', './hono'];

/** Entries that work with Node only: its files, and a transport in a worker of pino. */
const ofNode = ['./node', './pino'];
const anywhere = Object.keys(packageJson.exports).filter(
  (entry) => !ofNode.includes(entry) && !guards.includes(entry),
);

test.each(anywhere)('the entry %s needs neither Node nor anything but the contract', (entry) => {
  expect(modulesOf(entry).filter((name) => name !== '@custos/contract')).toEqual([]);
});

test.each(guards)('the entry %s needs neither Node nor its framework, and jose for tokens', (entry) => {
  expect(modulesOf(entry).filter((name) => name !== '@custos/contract')).toEqual(['jose']);
});

test.each(ofNode)('the entry %s needs Node alone', (entry) => {
  const modules = modulesOf(entry).filter((name) => name !== '@custos/contract');
  expect(modules.length).toBeGreaterThan(0);
  expect(modules.filter((name) => !name.startsWith('node:'))).toEqual([]);
});
