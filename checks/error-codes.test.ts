import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { errorCodes } from '@custos/contract';
import { expect, test } from 'vitest';

const server = resolve(import.meta.dirname, '../packages/server/src');

/** Every code that is written as the first argument of an error, or as its `code`. */
function codesIn(text: string): string[] {
  const patterns = [
    /new (?:CustosError|OutboundError)\(\s*'([a-z_]+)'/g,
    /(?:unavailable|httpError)\((?:\d+,\s*)?'([a-z_]+)'/g,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code));
}

test('every error code that the server raises is in the catalogue', () => {
  const files = readdirSync(server, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'),
  );
  const raised = new Set(
    files.flatMap((entry) => codesIn(readFileSync(join(entry.parentPath, entry.name), 'utf8'))),
  );
  expect(raised.size).toBeGreaterThan(10);
  expect([...raised].filter((code) => !(code in errorCodes))).toEqual([]);
});
