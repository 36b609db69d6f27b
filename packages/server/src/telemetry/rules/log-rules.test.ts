import { logRuleInput, type LogRuleInput } from '@custos/contract';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { rulesFixture } from './rules-fixture.ts';
import type { CountLogs, LogCounts } from './types.ts';

const rule = (change: Partial<LogRuleInput> = {}): LogRuleInput =>
  logRuleInput.parse({
    name: 'Failed payments',
    query: 'level:error service:api',
    by: ['service', 'http.status'],
    threshold: 10,
    windowMs: 300_000,
    severity: 'high',
    labels: { team: 'pay' },
    ...change,
  });

function counter() {
  let answer: LogCounts | Error = { groups: [], complete: true };
  const asked: Parameters<CountLogs>[0][] = [];
  return {
    asked,
    set(counts: readonly (readonly [readonly string[], number])[], complete = true) {
      answer = { groups: counts.map(([values, count]) => ({ values, count })), complete };
    },
    fail(message: string) {
      answer = new Error(message);
    },
    count: (async (query) => {
      asked.push(query);
      if (answer instanceof Error) throw answer;
      return answer;
    }) satisfies CountLogs,
  };
}

describeOnBothStores('rules on logs', (openState) => {
  test('each group that exceeds the threshold is an alert of its own, which ends with it', async () => {
    const logs = counter();
    const fixture = rulesFixture(await openState(), { countLogs: logs.count });
    await fixture.rules.start();
    const { id } = await fixture.rules.logs.create(rule());
    logs.set([
      [['api', '500'], 11],
      [['api', ''], 12],
      [['web', '502'], 10],
    ]);
    await fixture.run(20);
    const [asked] = logs.asked;
    expect(asked).toMatchObject({ query: 'level:error service:api', by: ['service', 'http.status'] });
    expect((asked?.toMs ?? 0) - (asked?.fromMs ?? 0)).toBe(300_000);
    expect(fixture.findings).toMatchObject([
      {
        state: 'firing',
        ruleId: id,
        ruleName: 'Failed payments',
        severity: 'high',
        labels: { service: 'api', http_status: '500', team: 'pay', severity: 'high' },
        summary: 'Failed payments: 11 matches in 5m (more than 10)',
        description: 'Search: level:error service:api',
        value: 11,
      },
      { labels: { service: 'api', team: 'pay' }, value: 12 },
    ]);
    expect(await fixture.rules.logs.list()).toMatchObject([
      { state: 'firing', lastCount: 12, lastError: null },
    ]);
    logs.set([[['api', ''], 12]]);
    await fixture.run(15);
    expect(fixture.findings.at(-1)).toMatchObject({ state: 'ended', key: fixture.findings[0]?.key });
    await fixture.rules.stop();
  });

  test('`for` must be over first, and outlives a restart', async () => {
    const state = await openState();
    const logs = counter();
    const first = rulesFixture(state, { countLogs: logs.count });
    await first.rules.start();
    await first.rules.logs.create(
      rule({ by: [], forMs: 60_000, summary: '{{ $value }} failed for {{ $labels.team }}' }),
    );
    logs.set([[[], 99]]);
    await first.run(40);
    expect(await first.rules.logs.list()).toMatchObject([{ state: 'pending' }]);
    await first.rules.stop();
    const second = rulesFixture(state, { countLogs: logs.count, clock: first.clock });
    await second.rules.start();
    await second.run(45);
    expect(second.findings).toMatchObject([{ state: 'firing', summary: '99 failed for pay' }]);
    await second.rules.stop();
  });

  test('a search that fails, and records that are missing, end nothing and are shown', async () => {
    const logs = counter();
    const fixture = rulesFixture(await openState(), { countLogs: logs.count });
    await fixture.rules.start();
    await fixture.rules.logs.create(rule({ by: [] }));
    logs.set([[[], 11]]);
    await fixture.run(20);
    logs.fail('columns are away');
    await fixture.run(20);
    expect(await fixture.rules.logs.list()).toMatchObject([
      { state: 'firing', lastError: 'columns are away' },
    ]);
    logs.set([[[], 3]], false);
    await fixture.run(20);
    expect(await fixture.rules.logs.list()).toMatchObject([
      { state: 'firing', lastError: 'records that were accepted could not be counted yet' },
    ]);
    expect(fixture.findings.map(({ state }) => state)).not.toContain('ended');
    logs.set([[[], 3]]);
    await fixture.run(20);
    expect(await fixture.rules.logs.list()).toMatchObject([
      { state: 'inactive', lastError: null, lastCount: 3 },
    ]);
    expect(fixture.findings.at(-1)?.state).toBe('ended');
    await fixture.rules.stop();
  });

  test('switching a rule off, and deleting it, end its alerts', async () => {
    const logs = counter();
    logs.set([[[], 11]]);
    const fixture = rulesFixture(await openState(), { countLogs: logs.count });
    await fixture.rules.start();
    const { id } = await fixture.rules.logs.create(rule({ by: [] }));
    await fixture.run(20);
    await fixture.rules.logs.update(id, rule({ by: [], enabled: false }));
    expect(fixture.findings.map(({ state }) => state)).toEqual(['firing', 'ended']);
    await fixture.rules.logs.update(id, rule({ by: [] }));
    await fixture.run(20);
    await fixture.rules.logs.remove(id);
    expect(fixture.findings.map(({ state }) => state)).toEqual(['firing', 'ended', 'firing', 'ended']);
    await fixture.rules.stop();
  });

  test('the rules of the configuration replace each other by name and are read-only', async () => {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    const { logs } = fixture.rules;
    await logs.applyConfiguration([rule({ name: 'A' }), rule({ name: 'B' })]);
    await logs.applyConfiguration([rule({ name: 'B' }), rule({ name: 'C' })]);
    const rules = await logs.list();
    expect(rules.map(({ name, origin }) => [name, origin])).toEqual([
      ['B', 'configuration'],
      ['C', 'configuration'],
    ]);
    await expect(logs.remove(rules[0]?.id ?? '')).rejects.toMatchObject({ code: 'managed_by_configuration' });
    await fixture.rules.stop();
  });
});
