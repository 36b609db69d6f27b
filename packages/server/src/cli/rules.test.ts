import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from './cli.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-rules-'));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const right = file('right.yml', 'groups:\n  - name: a\n    rules:\n      - { alert: Down, expr: up == 0 }\n');
const wrong = file('wrong.yml', 'groups:\n  - name: a\n    rules:\n      - { alert: Down, expr: "up ==" }\n');
const tests = (alerts: string): string =>
  `rule_files: [right.yml]\ntests:\n  - interval: 1m\n    input_series: [{series: 'up{i="a"}', values: '0'}]\n    alert_rule_test: [{eval_time: 0s, alertname: Down, exp_alerts: [${alerts}]}]\n`;

async function run(...args: string[]) {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  const exitCode = await runCli(['rules', ...args]);
  return { exitCode, text: lines.join('\n') };
}
afterEach(() => vi.restoreAllMocks());

test('check names every fault with its file and line, and exits 1', async () => {
  expect(await run('check', right)).toEqual({ exitCode: 0, text: `${right}: 1 rules in 1 groups` });
  const { exitCode, text } = await run('check', right, wrong, join(directory, 'none.yml'));
  expect(exitCode).toBe(1);
  expect(text).toContain(`${wrong}:4: group "a": rule "Down": could not parse expression: 1:`);
  expect(text).toMatch(/none\.yml: ENOENT/);
  expect(JSON.parse((await run('check', '--json', wrong)).text)).toMatchObject([
    { file: wrong, faults: [expect.any(String)] },
  ]);
});

test('test runs unit tests and exits 1 when one fails', async () => {
  const good = file('good.tests.yml', tests('{exp_labels: {i: a}}'));
  const bad = file('bad.tests.yml', tests(''));
  expect(await run('test', good)).toEqual({ exitCode: 0, text: `${good}: passed (1 tests)` });
  const { exitCode, text } = await run('test', good, bad);
  expect(exitCode).toBe(1);
  expect(text).toContain(`${bad}: FAILED\n  test 1: alertname: Down, time: 0s:`);
  expect(JSON.parse((await run('test', '--json', good)).text)).toEqual([
    { file: good, tests: 1, failures: [] },
  ]);
});
