import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { compileText, expandText } from '../template/expand.ts';
import { runUnitTests } from './run-unit-tests.ts';

const forty = resolve(import.meta.dirname, '../test/forty.tests.yml');
const directory = mkdtempSync(join(tmpdir(), 'custos-unit-tests-'));
const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
const run = (path: string) => runUnitTests(path, systemClock);

file(
  'rules.yml',
  `groups:
  - name: second
    rules: [{ alert: Twice, expr: 'twice > 2', for: 2m, keep_firing_for: 3m }]
  - name: first
    rules: [{ record: twice, expr: 'm * 2' }]
`,
);
const tests = (
  change: Readonly<Record<string, unknown>>,
  group: Readonly<Record<string, unknown>> = {},
): string =>
  stringify({
    rule_files: ['rules.yml'],
    evaluation_interval: '1m',
    group_eval_order: ['first', 'second'],
    tests: [
      {
        interval: '1m',
        input_series: [{ series: 'm{a="b"}', values: '1 2 2 2 0x10' }],
        alert_rule_test: ['2m', '3m', '6m', '7m'].map((at) => ({
          eval_time: at,
          alertname: 'Twice',
          ...(at === '3m' || at === '6m' ? { exp_alerts: [{ exp_labels: { a: 'b' } }] } : {}),
        })),
        promql_expr_test: [
          { expr: 'twice', eval_time: '1m', exp_samples: [{ labels: 'twice{a="b"}', value: 4 }] },
        ],
        ...group,
      },
    ],
    ...change,
  });

test('forty rules of the common kinds do what their tests expect', async () => {
  expect(await run(forty)).toEqual({ file: forty, tests: 3, failures: [] });
});

test('groups run in the order that is asked for, with `for` and `keep_firing_for`', async () => {
  expect((await run(file('a.yml', tests({})))).failures).toEqual([]);
  // The other way round each value is seen a minute later.
  const late = await run(file('b.yml', tests({ group_eval_order: ['second', 'first'] })));
  expect(late.failures.join('\n')).toContain('alertname: Twice, time: 3m');
});

describe('what is not as expected is told with what came instead', () => {
  test.each([
    [
      'an alert that does not come',
      tests(
        {},
        {
          alert_rule_test: [
            { eval_time: '2m', alertname: 'Twice', exp_alerts: [{ exp_labels: { a: 'b' } }] },
          ],
        },
      ),
      /time: 2m:\n\s+exp: \[\n.*a="b", alertname="Twice".*\n\s+\]\n\s+got: \[\]/,
    ],
    [
      'an alert that is not wanted',
      tests({}, { alert_rule_test: [{ eval_time: '3m', alertname: 'Twice' }] }),
      /exp: \[\]\n\s+got: \[\n.*Labels:\{a="b", alertname="Twice"\} Annotations:\{\}/,
    ],
    [
      'another value',
      tests(
        {},
        {
          promql_expr_test: [{ expr: 'm', eval_time: '1m', exp_samples: [{ labels: 'm{a="b"}', value: 3 }] }],
        },
      ),
      /expr: "m", time: 1m:\n\s+exp: \[\n.*3\n\s+\]\n\s+got: \[\n.* 2\n/,
    ],
    [
      'an expression that fails',
      tests({}, { promql_expr_test: [{ expr: 'm +', eval_time: '1m' }] }),
      /expr: "m \+", time: 1m, err: 1:/,
    ],
    [
      'a rule that fails',
      tests(
        { rule_files: ['broken.yml'] },
        { input_series: ['b', 'c'].map((a) => ({ series: `m{a="${a}"}`, values: '1' })) },
      ),
      /rule: broken, time: 0s, err: .*same labelset/,
    ],
    ['an unknown field', tests({}, { alerts: [] }), /tests\.0: .*alerts/],
    [
      'a series that cannot be read',
      tests({}, { input_series: [{ series: 'm{', values: '1' }] }),
      /cannot read the/,
    ],
    ['a rule file that is missing', tests({ rule_files: ['none.yml'] }), /none\.yml: cannot be read/],
    [
      'a test that would take for ever',
      tests({ evaluation_interval: '1ms' }, { promql_expr_test: [{ expr: '1', eval_time: '1d' }] }),
      /more than 100000 times/,
    ],
    ['no YAML', 'tests: [', /./],
  ])('%s', async (_name, text, message) => {
    file('broken.yml', 'groups: [{name: g, rules: [{record: broken, expr: m, labels: {a: ""}}]}]');
    const { failures } = await run(file('case.yml', text));
    expect(failures.join('\n')).toMatch(message);
  });
});

const promtool = '/usr/bin/promtool';
describe.skipIf(!existsSync(promtool))('promtool (skipped when the machine has none)', () => {
  const passes = async (path: string): Promise<boolean> => {
    try {
      await promisify(execFile)(promtool, ['test', 'rules', path]);
      return true;
    } catch {
      return false;
    }
  };

  test('agrees on the forty rules and on what is wrong', async () => {
    await promisify(execFile)(promtool, [
      'check',
      'rules',
      resolve(import.meta.dirname, '../test/forty.rules.yml'),
    ]);
    expect(await passes(forty)).toBe(true);
    const wrong = tests({}, { alert_rule_test: [{ eval_time: '3m', alertname: 'Twice' }] }).replace(
      /\s+keep_firing_for: 3m/,
      '',
    );
    const path = file('wrong.yml', wrong);
    expect(await passes(path)).toBe(false);
    expect((await run(path)).failures).not.toEqual([]);
  });

  test('writes every template as we do', async () => {
    const templates = [
      '{{ $value }} {{ .Value | humanize }} {{ $value | humanize1024 }} {{ $value | humanizePercentage }}',
      '{{ $value | humanizeDuration }} {{ humanizeDuration 0.25 }} {{ humanizeDuration 90061.0 }} {{ humanizeTimestamp 1435065584.128 }}',
      '{{ printf "%.2f|%8.3f|%-8s|%q|%e|%g|%v|%05d|%x|%t" $value 2.5 "a" "b" 12345.678 1e21 0.1 42 255 true }}',
      '{{ printf "%d %s" $value 1 }} {{ printf "%.3g" 0.00012345 }} {{ printf "%.0f %.0f" 0.5 1.5 }}',
      '{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}{{ len $labels }}',
      '{{ if and (gt $value 10.0) (eq $labels.job "shop") }}y{{ else if true }}e{{ else }}n{{ end }}',
      '{{ with $labels.none }}x{{ else }}none{{ end }} {{ $labels.none }}|{{ .Labels.job }}',
      '{{ "hello wide world" | title }} {{ toUpper "aé" }} {{ reReplaceAll "(.)o" "${1}0" "foo bolo" }} {{ match "^s.o" $labels.job }}',
      '{{ $labels.instance | stripPort }} {{ "[::1]:80" | stripPort }} {{ stripDomain "a.b.c:9" }}',
      '{{ range query "m" | sortByLabel "instance" }}{{ .Labels.instance }}:{{ .Value }} {{ end }}{{ query "m" | first | label "job" }}',
      'a {{- /* c */ -}} b {{ `raw` }} {{ "q\\"q" | html }} {{ "a b" | urlquery }}',
      '{{ $x := 1 }}{{ range query "m" }}{{ $x = 2 }}{{ end }}{{ $x }} {{ not true }} {{ or "" "b" }} {{ index $labels "job" }}',
      '{{ print 1 2 "x" 3.5 }} {{ println "a" 1 }}{{ slice "abcdef" 2 4 }} {{ eq 1 2 3 1 }} {{ lt 1.5 2.5 }}',
      '{{ parseDuration "1h30m" }} {{ $externalURL }} {{ $externalLabels.region }} {{ graphLink "up > 1" }}',
      '{{ humanize 1234567890.0 }} {{ humanize 0.000000123 }} {{ humanize "1500" }} {{ humanize1024 123456789.0 }} {{ humanize 100.25 }}',
      '{{ define "t" }}<{{ .arg0 }}-{{ .arg1 }}>{{ end }}{{ template "t" (args 1 "z") }} {{ $labels }}',
    ];
    const annotations: Record<string, string> = {};
    const expected: Record<string, string> = {};
    const value = 1_234_567.891;
    const labels = { __name__: 'm', instance: 'web-1.example.com:9100', job: 'shop' };
    for (const [index, template] of templates.entries()) {
      annotations[`a${index}`] = template;
      expected[`a${index}`] = await expandText('x', compileText('x', template), {
        labels,
        value,
        atMs: 0,
        externalLabels: { region: 'eu' },
        externalUrl: 'http://custos.example.com/w',
        query: async () => [{ Labels: labels, Value: value }],
      });
    }
    file(
      'templates.yml',
      stringify({ groups: [{ name: 'g', rules: [{ alert: 'T', expr: 'm', annotations }] }] }),
    );
    const series = { series: 'm{instance="web-1.example.com:9100", job="shop"}', values: String(value) };
    const { __name__: _, ...others } = labels;
    const alerts = [{ exp_labels: others, exp_annotations: expected }];
    const path = file(
      'templates.tests.yml',
      stringify({
        rule_files: ['templates.yml'],
        tests: [
          {
            input_series: [series],
            external_labels: { region: 'eu' },
            external_url: 'http://custos.example.com/w',
            alert_rule_test: [{ eval_time: '0s', alertname: 'T', exp_alerts: alerts }],
          },
        ],
      }),
    );
    expect((await run(path)).failures).toEqual([]);
    const { stdout } = await promisify(execFile)(promtool, ['test', 'rules', path]).catch(
      (error: { stdout: string; stderr: string }) => ({
        stdout: error.stdout + error.stderr,
      }),
    );
    expect(stdout).toContain('SUCCESS');
  });
});
