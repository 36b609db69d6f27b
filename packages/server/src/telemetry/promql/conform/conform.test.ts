import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { runScript } from './run-script.ts';
import { writeReport } from './write-report.ts';

const folder = resolve(import.meta.dirname, '../../../../../../../shared/promqltest');
const present = existsSync(folder);
const files = present ? readdirSync(folder).filter((name) => name.endsWith('.test')) : [];

// The cases are Prometheus's own and no part of this repository.
describe.skipIf(!present)(`the cases of Prometheus in ${folder} (skipped when the folder is absent)`, () => {
  test.for(files)('%s: every case passes or is skipped for what is not built', async (name) => {
    const report = await runScript(name, readFileSync(join(folder, name), 'utf8'), systemClock);
    expect(report.failed).toEqual([]);
    expect(report.passed).toBeGreaterThan(0);
    const allowed = /native histogram|is not enabled|experimental/;
    expect(report.skipped.filter(({ reason }) => !allowed.test(reason))).toEqual([]);
  });
});

const run = (text: string) => runScript('inline', text, systemClock);

describe('the conformance runner', () => {
  test('counts a case that is right and reports one that is wrong with its line and the difference', async () => {
    const report = await run(
      'load 10s\n  m{a="b"} 1 2 3\n\neval instant at 20s m\n  m{a="b"} 3\n\neval instant at 20s m\n  m{a="b"} 4\n',
    );
    expect(report.passed).toBe(1);
    expect(report.failed).toEqual([
      expect.objectContaining({ line: 7, reason: expect.stringContaining('is 3 instead of 4') as string }),
    ]);
  });

  test('reports series that are missing, series that are too many and samples that are too few', async () => {
    const report = await run(
      [
        'load 10s',
        '  a 1 2',
        '  b 1 2',
        '',
        'eval instant at 10s a',
        '  b 2',
        '',
        'eval instant at 10s {__name__=~"a|b"}',
        '  a 2',
        '',
        'eval range from 0 to 20s step 10s a',
        '  a 1 2',
        '',
      ].join('\n'),
    );
    expect(report.failed.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('is missing'),
      expect.stringContaining('was not expected'),
      expect.stringContaining('3 samples instead of 2'),
    ]);
  });

  test('expands the notation of series', async () => {
    const report = await run(
      'load 10s\n  m 1+2x2 _ stale 4x1 .5 -1e1 NaN\n\neval range from 0 to 100s step 10s m\n  m 1 3 5 5 _ 4 4 .5 -10 NaN NaN\n',
    );
    expect(report).toMatchObject({ passed: 1, failed: [] });
  });

  test('reads commands with and without blank lines between them, and series that are called like commands', async () => {
    const report = await run(
      [
        'clear',
        'load 10s',
        '  load_average{a="b"} 1 2',
        '  eval_total 3x1',
        '# a comment ends a block as a blank line does',
        'eval instant at 10s load_average + on() eval_total',
        '  expect  no_warn',
        '  {} 5',
        'eval_fail instant at 0 rate(1)',
        'eval_ordered instant at 0 sort(eval_total)',
        '  eval_total 3',
        'eval_warn instant at 0 quantile(2, eval_total)',
        '  {} Inf',
        'eval_info instant at 10s rate(load_average[1m])',
        '  {a="b"} 0.025',
        "eval instant at 0 'x'",
        '  expect string "x"',
        'load_with_nhcb 1m',
        '  h_bucket{le="+Inf"} 1',
        'eval instant at 0 h_bucket',
        '  h_bucket{le="+Inf"} 1',
        'eval instant at 0 h',
      ].join('\n'),
    );
    expect(report).toMatchObject({ passed: 7, failed: [], skipped: [{ query: 'h' }] });
  });

  test('reports a failure that did not come, and one whose text is another', async () => {
    const report = await run(
      'eval instant at 0 1\n  expect fail\n\neval instant at 0 rate(1)\n  expect fail msg: no\n\neval instant at 0 rate(1)\n  expect fail\n',
    );
    expect(report.passed).toBe(1);
    expect(report.failed.map(({ line }) => line)).toEqual([1, 4]);
  });

  test('reports annotations that are missing or too many', async () => {
    const report = await run(
      [
        'load 10s',
        '  gauge 1 2 3',
        '',
        'eval instant at 20s rate(gauge[1m])',
        '  expect no_info',
        '  {} 0.05',
        '',
        'eval instant at 20s rate(gauge[1m])',
        '  expect warn',
        '  {} 0.05',
        '',
        'eval instant at 20s rate(gauge[20s])',
        '  expect info',
        '  {} 0.1',
        '',
      ].join('\n'),
    );
    expect(report.failed.map(({ line }) => line)).toEqual([4, 8]);
  });

  test('checks the order only where it is asked for', async () => {
    const script = (word: string): string =>
      `load 10s\n  m{a="1"} 1\n  m{a="2"} 2\n\neval${word} instant at 0 sort(m)\n  m{a="2"} 2\n  m{a="1"} 1\n`;
    expect((await run(script(''))).failed).toEqual([]);
    expect((await run(script('_ordered'))).failed).toHaveLength(1);
  });

  test('compares the samples of a range vector with the times that are given for them', async () => {
    const script = (values: string): string =>
      `load 10s\n  m 1 2 3\n\neval instant at 20s m[30s]\n  expect range vector from 0 to 20s step 10s\n  m ${values}\n`;
    expect(await run(script('1 2 3'))).toMatchObject({ passed: 1, failed: [] });
    expect((await run(script('1 2 4'))).failed).toHaveLength(1);
  });

  test('skips what touches native histograms or experimental functions, and says so', async () => {
    const report = await run(
      'load 10s\n  h {{sum:1 count:1}}\n\neval instant at 0 h\n\neval instant at 0 mad_over_time(h[1m])\n',
    );
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      'selects native histograms',
      'function "mad_over_time" is not enabled',
    ]);
    expect(writeReport([report])).toContain('inline: 0 passed, 0 failed, 2 skipped');
  });

  test('reports a line that is no command as failed instead of passing over it', async () => {
    expect((await run('lode 10s\n')).failed).toHaveLength(1);
  });
});
