import { logRuleInput, metricRulesInput, type LogRecordView } from '@custos/contract';
import { expect, test } from 'vitest';
import { serveAccess, type Body } from '../src/access/served-fixture.ts';
import { logRulesRoutes } from '../src/telemetry/rules/routes-log-rules.ts';
import { metricRulesRoutes } from '../src/telemetry/rules/routes-metric-rules.ts';
import { rulesFixture } from '../src/telemetry/rules/rules-fixture.ts';
import { logExportRoutes } from '../src/telemetry/search/routes-export.ts';
import type { LogSearch } from '../src/telemetry/search/service.ts';
import { describeOnBothStores } from './stores.ts';

const approvalIn = (answer: Body): string => String((answer['approval'] as { id: string } | undefined)?.id);

/** A group of one rule, with more of its fields. */
const group = (name: string, ...rules: readonly string[]): string =>
  `groups:\n  - name: ${name}\n    rules:\n${rules.map((rule) => `      - ${rule}\n`).join('')}`;
const rule = (alert: string, expression: string, severity?: string): string =>
  `{ alert: ${alert}, expr: '${expression}'${severity === undefined ? '' : `, labels: { severity: '${severity}' }`} }`;

/** Log records as an export reads them, without columns. */
const noRecords: Pick<LogSearch, 'scope' | 'total' | 'exportRows' | 'sql'> = {
  scope: () => ({ from: 0, to: 1 }) as unknown as ReturnType<LogSearch['scope']>,
  total: async () => 0,
  async *exportRows(): AsyncGenerator<LogRecordView> {
    yield* [];
  },
  sql: async () => {
    throw new Error('asks nothing');
  },
};

describeOnBothStores('acts on telemetry that take two persons, over HTTP', (open) => {
  async function world() {
    const state = await open();
    const { rules } = rulesFixture(state);
    await rules.start();
    const recorded: string[] = [];
    const audit = { append: async ({ action }: { action: string }) => void recorded.push(action) };
    const served = await serveAccess(state, {
      routes: [
        metricRulesRoutes(rules.metric),
        logRulesRoutes(rules.logs),
        logExportRoutes(noRecords, audit as Parameters<typeof logExportRoutes>[1]),
      ],
    });
    const ada = await served.enter('ada@example.com', 'super-admin');
    const bob = await served.enter('bob@example.com', 'super-admin');
    const approve = async (answer: Body) =>
      served.call(bob, ['POST', `/api/v1/approvals/${approvalIn(answer)}/approve`], { body: {} });
    const stop = async () => {
      await rules.stop();
      await served.stop();
    };
    return { ...served, rules, recorded, ada, approve, stop };
  }

  test('a group loses no critical rule by one person alone, and is edited by one otherwise', async () => {
    const { rules, call, ada, approve, stop } = await world();
    const make = async (source: string, enabled = true): Promise<string> => {
      const [made] = await rules.metric.create(metricRulesInput.parse({ source, enabled }));
      return `/api/v1/metric-rules/${made?.id}`;
    };
    const put = async (path: string, body: Body) => (await call(ada, ['PUT', path], { body })).status;
    const critical = [
      rule('Down', 'up == 0', 'critical'),
      rule('Slow', 'latency > 1', 'page'),
      rule('Full', 'free < 1', 'warning'),
    ] as const;
    const [down, slow, full] = critical;
    const shop = await make(group('shop', ...critical));
    const lesser = await make(group('lesser', full, rule('Plain', 'up == 0'), "{ record: 'a:b', expr: up }"));
    const templated = await make(group('templated', rule('Any', 'up == 0', '{{ $labels.tier }}')));
    const off = await make(group('off', down), false);

    for (const [path, body, status] of [
      [shop, { source: group('shop', ...critical), enabled: false }, 202],
      [shop, { source: group('shop', down, full) }, 202],
      [shop, { source: group('shop', down, rule('Slow', 'latency > 1', 'high'), full) }, 202],
      [shop, { source: group('shop', down, rule('Slow', 'latency > 1'), full) }, 202],
      // One critical rule does not stand for two.
      [shop, { source: group('shop', down, rule('Other', 'other', 'critical'), full) }, 202],
      [shop, { source: 'groups: [' }, 422],
      [shop, { source: `${group('shop', down)}  - name: two\n    rules: []\n` }, 422],
      [shop, { source: group('shop', slow, rule('Down', 'up < 1', 'critical')) }, 200],
      [shop, { source: group('shop', rule('Gone', 'up < 1', 'p1'), slow, full) }, 200],
      [templated, { source: group('templated', rule('Any', 'up == 0', 'low')) }, 202],
      [lesser, { source: group('lesser', full), enabled: false }, 200],
      [off, { source: group('off', full) }, 200],
    ] as const) {
      expect([body, await put(path, body)]).toEqual([body, status]);
    }
    expect((await call(ada, ['DELETE', lesser])).status).toBe(200);
    expect((await call(ada, ['DELETE', '/api/v1/metric-rules/mrg_none'])).status).toBe(404);

    const asked = await call(ada, ['DELETE', shop]);
    expect(asked).toMatchObject({ status: 202, answer: { approval: { kind: 'silence-critical' } } });
    const named = async () => (await rules.metric.list()).map(({ name }) => name);
    expect(await named()).toContain('shop');
    expect((await approve(asked.answer)).answer).toMatchObject({ state: 'executed', status: 200 });
    expect(await named()).not.toContain('shop');
    await stop();
  });

  test('a critical rule on logs likewise', async () => {
    const { rules, call, ada, approve, stop } = await world();
    const input = (name: string, more: Body = {}) => ({
      name,
      query: 'level:error',
      threshold: 10,
      windowMs: 60_000,
      ...more,
    });
    const make = async (name: string, more: Body) =>
      `/api/v1/log-rules/${(await rules.logs.create(logRuleInput.parse(input(name, more)))).id}`;
    const critical = await make('critical', { severity: 'critical' });
    const high = await make('high', { severity: 'high' });
    const off = await make('off', { severity: 'critical', enabled: false });
    for (const [path, body, status] of [
      [critical, input('critical', { severity: 'critical', enabled: false }), 202],
      [critical, input('critical', { severity: 'high' }), 202],
      [critical, input('still critical', { severity: 'critical', threshold: 5 }), 200],
      [high, input('high', { severity: 'low' }), 200],
      [off, input('off', { severity: 'low' }), 200],
    ] as const) {
      expect([body, (await call(ada, ['PUT', path], { body })).status]).toEqual([body, status]);
    }
    expect((await call(ada, ['DELETE', high])).status).toBe(200);
    expect((await call(ada, ['DELETE', '/api/v1/log-rules/lru_none'])).status).toBe(404);
    const asked = await call(ada, ['DELETE', critical]);
    expect(asked).toMatchObject({ status: 202, answer: { approval: { kind: 'silence-critical' } } });
    const named = async () => (await rules.logs.list()).map(({ name }) => name);
    expect(await named()).toContain('still critical');
    expect((await approve(asked.answer)).answer).toMatchObject({ state: 'executed', status: 200 });
    expect(await named()).toEqual(['off']);
    await stop();
  });

  test('a log rule of the configuration file is changed there, and asks nobody here', async () => {
    const { rules, call, ada, stop } = await world();
    const written = { name: 'file', query: '', threshold: 1, windowMs: 60_000, severity: 'critical' };
    await rules.logs.applyConfiguration([logRuleInput.parse(written)]);
    const [found] = await rules.logs.list();
    expect(await call(ada, ['DELETE', `/api/v1/log-rules/${found?.id}`])).toMatchObject({
      status: 409,
      answer: { code: 'managed_by_configuration' },
    });
    await stop();
  });

  test('logs leave as a file once a second person has approved that very search, and then once', async () => {
    const { call, ada, approve, recorded, tokenOf, stop } = await world();
    const path = ['GET', '/api/v1/logs/export?format=csv&query=level:error'] as const;
    const asked = await call(ada, path);
    expect(asked).toMatchObject({ status: 202, answer: { approval: { kind: 'bulk-export' } } });
    expect(recorded).toEqual([]);
    expect((await approve(asked.answer)).answer).toMatchObject({ state: 'approved', byRepeating: true });
    expect((await call(ada, path)).status).toBe(200);
    expect(recorded).toEqual(['log.export']);
    expect((await call(ada, path)).status).toBe(202);
    expect(recorded).toEqual(['log.export']);
    // Whoever may not read logs is refused at once, and nobody is asked.
    const bearer = await tokenOf(ada, ['data.export']);
    expect((await call('', path, { bearer })).status).toBe(403);
    await stop();
  });
});
