import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { nothingAfterCommit } from '../../base/after-commit.ts';
import { createPromqlEngine } from '../promql/engine.ts';
import { rulesFixture, type RulesFixture } from './rules-fixture.ts';

const down = (change = '') => `
groups:
  - name: shop
    interval: 15s
    rules:
      - alert: ShopDown
        expr: up == 0
        for: 1m${change}
        labels: { severity: page, owner: "{{ $labels.job }}-team" }
        annotations:
          summary: '{{ $labels.instance }} is down'
          description: 'up is {{ $value }}'
`;
const input = (source: string, enabled = true) => ({ source, channelIds: [], enabled });
const up = (instance: string) => ({ __name__: 'up', job: 'shop', instance });
const told = ({ findings }: RulesFixture) => findings.map(({ state, labels }) => [state, labels['instance']]);

async function value(fixture: RulesFixture, query: string): Promise<readonly (readonly [string, number])[]> {
  const engine = createPromqlEngine({ storage: fixture.storage, clock: fixture.clock });
  const result = await engine.instant({ query, atMs: fixture.clock.now() });
  if (result.value.type !== 'vector') throw new Error('no vector');
  return result.value.samples.map((sample) => [JSON.stringify(sample.labels), sample.value] as const);
}

describeOnBothStores('rules on metrics', (openState) => {
  test('an alert is pending, fires after `for`, ends, and shows itself as ALERTS', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 0);
    fixture.set(up('b'), 1);
    await fixture.run(45);
    const [group] = await fixture.rules.metric.list();
    expect(group).toMatchObject({
      name: 'shop',
      origin: 'dashboard',
      intervalMs: 15_000,
      missed: 0,
      rules: [
        {
          state: 'pending',
          health: 'ok',
          instances: [
            {
              state: 'pending',
              labels: {
                alertname: 'ShopDown',
                instance: 'a',
                job: 'shop',
                owner: 'shop-team',
                severity: 'page',
              },
              annotations: { summary: 'a is down', description: 'up is 0' },
            },
          ],
        },
      ],
    });
    expect(fixture.findings).toEqual([]);
    expect(await value(fixture, 'count by (alertstate) (ALERTS)')).toEqual([['{"alertstate":"pending"}', 1]]);
    await fixture.run(45);
    expect(fixture.findings).toMatchObject([
      {
        state: 'firing',
        ruleName: 'ShopDown',
        severity: 'critical',
        labels: { instance: 'a', job: 'shop', owner: 'shop-team', severity: 'page' },
        summary: 'a is down',
        description: 'up is 0',
        value: 0,
      },
    ]);
    expect(fixture.findings[0]?.labels).not.toHaveProperty('alertname');
    // The pending series has ended by a stale marker, not by its lookback.
    expect(await value(fixture, 'count by (alertstate) (ALERTS)')).toEqual([['{"alertstate":"firing"}', 1]]);
    expect((await value(fixture, 'ALERTS_FOR_STATE'))[0]?.[1]).toBeGreaterThan(1_700_000_000);
    fixture.set(up('a'), 1);
    await fixture.run(20);
    expect(told(fixture)).toEqual([
      ['firing', 'a'],
      ['ended', 'a'],
    ]);
    expect(fixture.findings[0]?.key).toBe(fixture.findings[1]?.key);
    expect(await value(fixture, 'ALERTS')).toEqual([]);
    await fixture.rules.stop();
  });

  test('a condition that goes before `for` is over leaves no trace', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 0);
    await fixture.run(50);
    fixture.set(up('a'), 1);
    await fixture.run(20);
    fixture.set(up('a'), 0);
    await fixture.run(50);
    expect(fixture.findings).toEqual([]);
    await fixture.rules.stop();
  });

  test('`for` outlives a restart, and an alert that fires is not told as new', async () => {
    const state = await openState();
    const first = rulesFixture(state);
    await first.rules.start();
    await first.rules.metric.create(input(down()));
    first.set(up('a'), 0);
    await first.run(50);
    await first.rules.stop();
    expect(first.findings).toEqual([]);

    const second = rulesFixture(state, { clock: first.clock, storage: first.storage });
    second.set(up('a'), 0);
    await second.rules.start();
    await second.run(35);
    expect(told(second)).toEqual([['firing', 'a']]);
    const [key] = second.findings.map((finding) => finding.key);
    await second.rules.stop();

    const third = rulesFixture(state, { clock: first.clock, storage: first.storage });
    third.set(up('a'), 1);
    await third.rules.start();
    await third.run(20);
    expect(third.findings.map((finding) => [finding.state, finding.key])).toEqual([['ended', key]]);
    await third.rules.stop();
  });

  test('time in which nobody looked does not count to `for`', async () => {
    const state = await openState();
    const first = rulesFixture(state);
    await first.rules.start();
    await first.rules.metric.create(input(down()));
    first.set(up('a'), 0);
    await first.run(45);
    await first.rules.stop();
    await first.clock.advance(3_600_000);

    const second = rulesFixture(state, { clock: first.clock, storage: first.storage });
    second.set(up('a'), 0);
    await second.rules.start();
    await second.run(15);
    expect(second.findings).toEqual([]);
    await second.run(60);
    expect(told(second)[0]).toEqual(['firing', 'a']);
    await second.rules.stop();
  });

  test('`keep_firing_for` holds an alert, across a restart too', async () => {
    const state = await openState();
    const first = rulesFixture(state);
    await first.rules.start();
    await first.rules.metric.create(input(down('\n        keep_firing_for: 2m')));
    first.set(up('a'), 0);
    await first.run(90);
    first.set(up('a'), 1);
    await first.run(60);
    expect(told(first)).toEqual([
      ['firing', 'a'],
      // Told again each minute, in case somebody ended it by hand.
      ['firing', 'a'],
    ]);
    await first.rules.stop();
    const second = rulesFixture(state, { clock: first.clock, storage: first.storage });
    second.set(up('a'), 1);
    await second.rules.start();
    await second.run(30);
    expect(told(second).filter(([what]) => what === 'ended')).toEqual([]);
    await second.run(60);
    expect(told(second).at(-1)).toEqual(['ended', 'a']);
    await second.rules.stop();
  });

  test('when the transaction fails nothing has moved, and the next evaluation makes it good', async () => {
    const state = await openState();
    let fails = true;
    let kept = 0;
    const fixture = rulesFixture(state, {
      alerts: {
        async report(_tx, reported) {
          if (fails && reported.length > 0) throw new Error('the store is away');
          return () => {
            kept += reported.length;
          };
        },
      },
    });
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 0);
    await fixture.run(100);
    const rule = async () => (await fixture.rules.metric.list())[0]?.rules[0];
    expect(await rule()).toMatchObject({ state: 'pending', health: 'error' });
    expect((await rule())?.lastError).toMatch(/could not be written: the store is away/);
    expect(kept).toBe(0);
    fails = false;
    await fixture.run(20);
    expect(await rule()).toMatchObject({ state: 'firing', health: 'ok', lastError: null });
    expect(kept).toBe(1);
    await fixture.rules.stop();
  });

  test('a node that lost its seat reports nothing more', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 0);
    await fixture.run(45);
    await fixture.seats.lose();
    await fixture.run(60);
    expect(fixture.findings).toEqual([]);
    await fixture.rules.stop();
  });

  test('recording rules write series that the next rule of the group sees, and end them', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    await fixture.rules.metric.create(
      input(`
groups:
  - name: recorded
    interval: 15s
    rules:
      - record: instance:up:twice
        expr: up * 2 > 0
        labels: { job: "", kind: derived }
      - alert: Twice
        expr: instance:up:twice > 1
`),
    );
    fixture.set(up('a'), 1);
    fixture.set(up('b'), 1);
    await fixture.run(30);
    expect(await value(fixture, 'instance:up:twice')).toEqual([
      ['{"__name__":"instance:up:twice","instance":"a","kind":"derived"}', 2],
      ['{"__name__":"instance:up:twice","instance":"b","kind":"derived"}', 2],
    ]);
    expect(told(fixture)).toEqual([
      ['firing', 'a'],
      ['firing', 'b'],
    ]);
    fixture.set(up('b'), 0);
    await fixture.run(20);
    expect(await value(fixture, 'count(instance:up:twice)')).toEqual([['{}', 1]]);
    expect(told(fixture).at(-1)).toEqual(['ended', 'b']);
    // A rule that is gone takes its series with it.
    const [group] = await fixture.rules.metric.list();
    await fixture.rules.metric.remove(group?.id ?? '');
    expect(await value(fixture, 'instance:up:twice')).toEqual([]);
    expect(told(fixture).at(-1)).toEqual(['ended', 'a']);
    await fixture.rules.stop();
  });

  test('an evaluation that fails is shown, stops no other rule, and ends nothing', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    await fixture.rules.metric.create(
      input(`
groups:
  - name: mixed
    interval: 15s
    limit: 2
    rules:
      - alert: Broken
        expr: up + on(job) up
      - alert: TooMany
        expr: up
      - record: same
        expr: label_replace(up, "instance", "", "", "")
      - alert: Fine
        expr: up{instance="a"}
        annotations: { summary: '{{ query "up[" }}' }
`),
    );
    for (const instance of ['a', 'b', 'c']) fixture.set(up(instance), 1);
    await fixture.run(20);
    const rules = (await fixture.rules.metric.list())[0]?.rules ?? [];
    expect(rules.map(({ name, health }) => [name, health])).toEqual([
      ['Broken', 'error'],
      ['TooMany', 'error'],
      ['same', 'error'],
      ['Fine', 'ok'],
    ]);
    expect(rules[0]?.lastError).toMatch(/many-to-many|duplicate/);
    expect(rules[1]?.lastError).toBe('exceeded limit of 2 with 3 alerts');
    expect(rules[2]?.lastError).toMatch(/same labelset/);
    expect(fixture.findings).toMatchObject([
      { ruleName: 'Fine', summary: expect.stringMatching(/^<error expanding template: .*query/) as string },
    ]);
    await fixture.rules.stop();
  });

  test('slots that passed while nobody could run are counted as missed and not made up', async () => {
    const state = await openState();
    const fixture = rulesFixture(state);
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 1);
    await fixture.run(30);
    // As after a machine slept: the wall clock has gone on and nothing ran.
    fixture.clock.jump(150_000);
    await fixture.run(20);
    const [group] = await fixture.rules.metric.list();
    expect(group?.missed).toBeGreaterThanOrEqual(9);
    expect(group?.missed).toBeLessThanOrEqual(10);
    expect(fixture.clock.now() - (group?.lastEvaluatedAt ?? 0)).toBeLessThan(16_000);
    // And one that was set back does not stop the group.
    fixture.clock.jump(-3_600_000);
    await fixture.run(35);
    const [again] = await fixture.rules.metric.list();
    expect(Math.abs(fixture.clock.now() - (again?.lastEvaluatedAt ?? 0))).toBeLessThan(16_000);
    await fixture.rules.stop();
  });

  test('editing a rule keeps its alerts, switching a group off ends them, and so does deleting it', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    const [made] = await fixture.rules.metric.create(input(down()));
    const id = made?.id ?? '';
    fixture.set(up('a'), 0);
    await fixture.run(90);
    expect(told(fixture)).toEqual([['firing', 'a']]);
    await fixture.rules.metric.update(id, input(down().replace('up == 0', 'up < 1')));
    expect((await fixture.rules.metric.list())[0]?.rules[0]?.state).toBe('firing');
    await fixture.run(15);
    expect(told(fixture).some(([what]) => what === 'ended')).toBe(false);
    await fixture.rules.metric.update(id, input(down(), false));
    expect(told(fixture).at(-1)).toEqual(['ended', 'a']);
    await fixture.rules.metric.update(id, input(down()));
    await fixture.run(90);
    expect(told(fixture).at(-1)).toEqual(['firing', 'a']);
    await fixture.rules.metric.remove(id);
    expect(told(fixture).at(-1)).toEqual(['ended', 'a']);
    expect(await fixture.rules.metric.list()).toEqual([]);
    expect(fixture.events).toContainEqual({ type: 'changed', data: { resource: 'metric-rules', id } });
    await fixture.rules.stop();
  });

  test('what fired for a group that is gone by the next start ends then', async () => {
    const state = await openState();
    const directory = mkdtempSync(join(tmpdir(), 'custos-rules-'));
    const file = join(directory, 'shop.yml');
    writeFileSync(file, down());
    const first = rulesFixture(state, { ruleFiles: [file] });
    await first.rules.start();
    first.set(up('a'), 0);
    await first.run(90);
    expect((await first.rules.metric.list())[0]).toMatchObject({ origin: 'configuration', file });
    const [group] = await first.rules.metric.list();
    await expect(first.rules.metric.remove(group?.id ?? '')).rejects.toMatchObject({
      code: 'managed_by_configuration',
    });
    await first.rules.stop();
    const second = rulesFixture(state, { clock: first.clock });
    await second.rules.start();
    await second.run(5);
    await expect
      .poll(() => second.findings.map(({ state: what, key }) => [what, key]))
      .toEqual([['ended', first.findings[0]?.key]]);
    await second.rules.stop();
  });

  test('an input that is wrong is refused with its faults, and a name once', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    const { metric } = fixture.rules;
    await expect(metric.create(input('groups: [{name: a, rules: [{alert: A}]}]'))).rejects.toMatchObject({
      code: 'invalid_input',
      fields: [{ field: 'source', message: expect.stringContaining("field 'expr' must be set") as string }],
    });
    await expect(metric.create(input('groups: []'))).rejects.toMatchObject({ code: 'invalid_input' });
    const [made] = await metric.create(input(down()));
    await expect(metric.create(input(down()))).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      metric.update(made?.id ?? '', input('groups: [{name: a}, {name: b}]')),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(metric.update('mrg_none', input(down()))).rejects.toMatchObject({ code: 'not_found' });
    expect(metric.check('groups:\n  - name: a\n    rules: [{alert: A}]')).toMatchObject({
      groups: 1,
      rules: 0,
      faults: [{ line: 3, group: 'a', rule: 'A' }],
    });
    await fixture.rules.stop();
  });

  test('ALERTS that cannot be written keep nobody from being told', async () => {
    const fixture = rulesFixture(await openState(), {
      samples: {
        series: (labels) => ({ ref: 0, id: 0n, labels }),
        append: async () => Promise.reject(new Error('spool_full')),
        describe: () => undefined,
      },
      alerts: { report: async () => nothingAfterCommit },
    });
    await fixture.rules.start();
    await fixture.rules.metric.create(input(down()));
    fixture.set(up('a'), 0);
    await fixture.run(90);
    expect((await fixture.rules.metric.list())[0]?.rules[0]).toMatchObject({ state: 'firing', health: 'ok' });
    await fixture.rules.stop();
  });
});
