import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfiguredGroups } from './configured-groups.ts';
import { readRuleFile } from './read-rule-file.ts';

const right = `
# Comments stay where the file is one group.
groups:
  - name: shop
    interval: 15s
    query_offset: 5s
    limit: 100
    labels: { team: web }
    rules:
      - record: job:up:sum
        expr: sum by (job) (up)
        labels:
          level: on
      - alert: ShopDown
        expr: up == 0 # by hand
        for: 5m
        keep_firing_for: 1h30m
        labels:
          severity: critical
          team: "{{ $labels.team }}"
        annotations:
          summary: '{{ $labels.instance }} is down: {{ $value | humanize }}'
      - alert: Always
        expr: 1
`;

test('a file is read as Prometheus reads it, and every scalar means what is written', () => {
  const { groups, faults } = readRuleFile(right);
  expect(faults).toEqual([]);
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({
    name: 'shop',
    intervalMs: 15_000,
    queryOffsetMs: 5000,
    limit: 100,
    source: right,
    rules: [
      { kind: 'record', name: 'job:up:sum', expression: 'sum by (job) (up)' },
      { kind: 'alert', name: 'ShopDown', forMs: 300_000, keepFiringForMs: 5_400_000, expression: 'up == 0' },
      { kind: 'alert', name: 'Always', expression: '1', forMs: 0 },
    ],
  });
  const [record, down] = groups[0]?.rules ?? [];
  expect([...(record?.labels ?? [])].map(([name, { source }]) => [name, source])).toEqual([
    ['team', 'web'],
    ['level', 'on'],
  ]);
  expect(down?.labels.get('team')?.source).toBe('{{ $labels.team }}');
});

test('what YAML calls null is nothing, anchors are filled in, and a recorded name may hold any character', () => {
  const { groups, faults } = readRuleFile(
    'x-unused: &page {severity: page}\n'.replace('x-unused: ', 'namespace: ') +
      'groups:\n- name: a\n  interval: ~\n  rules:\n' +
      '  - {alert: A, expr: up, for: null, labels: *page, annotations: ~}\n' +
      '  - {record: job.up, expr: up}\n',
  );
  expect(faults).toEqual([]);
  expect(groups[0]?.intervalMs).toBeNull();
  expect(groups[0]?.rules.map(({ name, forMs, labels }) => [name, forMs, labels.size])).toEqual([
    ['A', 0, 1],
    ['job.up', 0, 0],
  ]);
});

test('of several groups each can be read again by itself', () => {
  const two = `groups:\n- name: a\n  rules: [{alert: A, expr: up, for: 1m}]\n- name: b\n  rules: [{record: 'b:x', expr: '1'}]\n`;
  const { groups } = readRuleFile(two);
  expect(groups.map(({ name }) => name)).toEqual(['a', 'b']);
  for (const group of groups) {
    const again = readRuleFile(group.source);
    expect(again.faults).toEqual([]);
    expect(again.groups).toMatchObject([{ name: group.name, rules: [{ name: group.rules[0]?.name }] }]);
  }
});

test('anchors and merge keys work', () => {
  const text = `
groups:
  - name: a
    rules:
      - &base
        alert: A
        expr: up == 0
        labels: &labels { severity: page }
      - <<: *base
        alert: B
        for: 2m
`;
  const { groups, faults } = readRuleFile(text);
  expect(faults).toEqual([]);
  expect(groups[0]?.rules).toMatchObject([
    { name: 'A' },
    { name: 'B', expression: 'up == 0', forMs: 120_000 },
  ]);
});

test('an empty file has no groups and no faults', () => {
  expect(readRuleFile('')).toEqual({ groups: [], faults: [] });
  expect(readRuleFile('groups:\n')).toEqual({ groups: [], faults: [] });
});

describe('what is wrong is named with its line', () => {
  const rule = (lines: string) =>
    `groups:\n  - name: g\n    rules:\n      - ${lines.replaceAll('\n', '\n        ')}\n`;
  test.each([
    ['groups: [', 1, /./],
    ['grops: []', 1, /field grops is not known here/],
    ['- a', 1, /must be a mapping/],
    ['groups: {}', 1, /groups must be a list/],
    ['groups:\n  - rules: []', 2, /Groupname must not be empty/],
    ['groups:\n  - name: a\n  - name: a', 3, /groupname: "a" is repeated/],
    ['groups:\n  - name: a\n    interval: 1x', 3, /not a valid duration string: "1x"/],
    ['groups:\n  - name: a\n    limit: many', 3, /must be a whole number/],
    [rule('alert: A\nrecord: b\nexpr: up'), 4, /only one of 'record' and 'alert'/],
    [rule('expr: up'), 4, /one of 'record' or 'alert' must be set/],
    [rule('alert: A'), 4, /field 'expr' must be set in rule/],
    [rule('alert: A\nexpr: sum(up'), 5, /could not parse expression: 1:/],
    [rule('alert: A\nexpr: up[5m]'), 5, /must give an instant vector or a number/],
    [rule('alert: A\nexpr: up\nfor: soon'), 6, /not a valid duration string: "soon"/],
    [rule('alert: A\nexpr: up\nlabels:\n  "": x'), 7, /invalid label name/],
    [rule('alert: A\nexpr: up\nlabels:\n  __name__: x'), 7, /invalid label name: __name__/],
    [
      rule('alert: A\nexpr: up\nannotations:\n  summary: "{{ nope }}"'),
      7,
      /annotation "summary": error parsing template.*function "nope" not defined/,
    ],
    [rule('record: sum{a="b"}\nexpr: up'), 4, /braces present in the recording rule name/],
    [rule('record: a\nexpr: up\nfor: 1m'), 6, /invalid field 'for' in recording rule/],
    [rule('record: a\nexpr: up\nannotations: {a: b}'), 6, /invalid field 'annotations' in recording rule/],
    [rule('alert: A\nexpr: up\nseverity: page'), 6, /field severity is not known here/],
  ])('%s', (text, line, message) => {
    const { faults } = readRuleFile(text);
    expect(faults).not.toEqual([]);
    expect(faults[0]?.message).toMatch(message);
    expect(faults[0]?.line).toBe(line);
  });

  test('all of them at once', () => {
    const { faults } = readRuleFile(rule('alert: A\nexpr: sum(\nfor: x\nlabels: {a: "{{"}'));
    expect(faults.map(({ line, rule: name }) => [line, name])).toEqual([
      [5, 'A'],
      [6, 'A'],
      [7, 'A'],
    ]);
  });

  test('a file that grows beyond all bounds by its aliases is refused', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (const [index, name] of ['b', 'c', 'd', 'e', 'f'].entries()) {
      const before = 'abcdef'[index];
      lines.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(',')}]`);
    }
    expect(readRuleFile(lines.join('\n')).faults[0]?.message).toMatch(/alias/i);
  });
});

describe('the rule files of the configuration', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-rules-'));
  writeFileSync(join(directory, 'a.yml'), right);
  writeFileSync(join(directory, 'wrong.yaml'), 'groups:\n  - name: a\n    rules: [{alert: A}]\n');

  test('are found by path and by pattern, each once, and their groups keep their ids', () => {
    const [first] = readConfiguredGroups([join(directory, 'a.yml'), join(directory, '*.yml')]);
    const [again, ...more] = readConfiguredGroups([join(directory, '*.yml')]);
    expect(more).toEqual([]);
    expect(first?.id).toBe(again?.id);
    expect(first?.rules.map(({ id }) => id)).toEqual(again?.rules.map(({ id }) => id));
    expect(new Set(first?.rules.map(({ id }) => id)).size).toBe(3);
    expect(first).toMatchObject({ file: join(directory, 'a.yml'), enabled: true });
  });

  test('a faulty or missing one is refused by its path with what is wrong', () => {
    expect(() => readConfiguredGroups([join(directory, 'wrong.yaml')])).toThrow(
      /wrong\.yaml: line 3, group "a", rule "A": field 'expr' must be set/,
    );
    expect(() => readConfiguredGroups([join(directory, 'none.yml')])).toThrow(/none\.yml: cannot be read/);
  });
});
