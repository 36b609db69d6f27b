import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from './cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-promql-'));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const right = file('right.test', 'load 10s\n  m 1 2 3\n\neval instant at 20s m\n  m 3\n');
const wrong = file(
  'wrong.test',
  'load 10s\n  m 1 2 3\n  h {{count:1}}\n\neval instant at 20s m\n  m 4\n\neval instant at 0 h\n  h {{count:1}}\n',
);

async function run(...args: string[]) {
  const written: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const exitCode = await runCli(['promql', 'conform', ...args]);
  out.mockRestore();
  return { exitCode, text: written.join('') };
}
afterEach(() => vi.restoreAllMocks());

test('what passes, fails and is skipped is told by file, and a failure is the exit code', async () => {
  expect(await run(right)).toEqual({ exitCode: 0, text: `${right}: 1 passed, 0 failed, 0 skipped\n` });
  const { exitCode, text } = await run(right, wrong);
  expect(exitCode).toBe(1);
  expect(text).toContain(`${wrong}: 0 passed, 1 failed, 1 skipped`);
  expect(text).toMatch(/failed line 5: m\n.*3 instead of 4/);
  expect(text).toMatch(/skipped line 8: h\n.*native histograms/);
});

test('the reports come as JSON when asked', async () => {
  const { exitCode, text } = await run('--json', wrong);
  expect(exitCode).toBe(1);
  expect(JSON.parse(text)).toMatchObject([{ name: wrong, passed: 0, failed: [{ line: 5 }] }]);
});

test('a file that is not there is a fault of the call', async () => {
  vi.spyOn(console, 'error').mockReturnValue();
  expect((await run(join(directory, 'none.test'))).exitCode).toBe(1);
});
