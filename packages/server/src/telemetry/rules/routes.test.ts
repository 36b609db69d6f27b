import { expect, test } from 'vitest';
import { createTestServer } from '../../../test/http-server.ts';
import { describeOnBothStores } from '../../../test/stores.ts';
import { metricRulesRoutes } from './routes-metric-rules.ts';
import { logRulesRoutes } from './routes-log-rules.ts';
import { rulesFixture } from './rules-fixture.ts';

const source = 'groups:\n  - name: shop\n    rules:\n      - alert: Down\n        expr: up == 0\n';
const logRule = { name: 'Many errors', query: 'level:error', threshold: 10, windowMs: 60_000 };

describeOnBothStores('the routes of rules', (openState) => {
  async function serve() {
    const fixture = rulesFixture(await openState());
    await fixture.rules.start();
    const server = await createTestServer();
    await server.app.register(metricRulesRoutes(fixture.rules.metric));
    await server.app.register(logRulesRoutes(fixture.rules.logs));
    const base = await server.listen({ host: '127.0.0.1', port: 0 });
    const call = async (
      ...[method, path, body, who = 'ann']: readonly [string, string, unknown?, string?]
    ) => {
      const reply = await fetch(`${base}/api/v1/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${who}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: reply.status, body: (await reply.json()) as Record<string, never> };
    };
    const stop = async () => {
      await server.stop();
      await fixture.rules.stop();
    };
    return { call, server, stop };
  }

  test('groups are made, listed, changed, checked and deleted, and each act is on record', async () => {
    const { call, server, stop } = await serve();
    const made = await call('POST', 'metric-rules', { source });
    expect(made).toMatchObject({
      status: 201,
      body: { groups: [{ name: 'shop', enabled: true, origin: 'dashboard' }] },
    });
    const list = await call('GET', 'metric-rules', undefined, 'bob=metric.read');
    const { groups } = list.body as unknown as { groups: { id: string; source: string }[] };
    expect(groups).toMatchObject([{ source }]);
    const id = groups[0]?.id ?? '';
    expect(await call('PUT', `metric-rules/${id}`, { source, enabled: false })).toMatchObject({
      status: 200,
      body: { id, enabled: false },
    });
    expect(
      await call('POST', 'metric-rules/check', { source: 'groups: [{name: a, rules: [{alert: A}]}]' }),
    ).toMatchObject({
      status: 200,
      body: { faults: [{ line: 1, group: 'a', rule: 'A' }] },
    });
    expect(await call('POST', 'metric-rules', { source: 'groups: [' })).toMatchObject({
      status: 422,
      body: { code: 'invalid_input', errors: [{ field: 'source' }] },
    });
    expect((await call('POST', 'metric-rules', { source }, 'bob=metric.read')).status).toBe(403);
    expect((await call('DELETE', `metric-rules/${id}`)).status).toBe(200);
    expect((await call('DELETE', `metric-rules/${id}`)).status).toBe(404);
    const acts = server.audited.filter(({ outcome }) => outcome === 'succeeded').map(({ action }) => action);
    expect(acts).toEqual(['metric-rules.create', 'metric-rules.update', 'metric-rules.delete']);
    await stop();
  });

  test('log rules likewise', async () => {
    const { call, server, stop } = await serve();
    const made = await call('POST', 'log-rules', logRule);
    expect(made).toMatchObject({ status: 201, body: { ...logRule, state: 'inactive', lastCount: null } });
    const { id } = made.body as unknown as { id: string };
    expect(await call('POST', 'log-rules', logRule)).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
    expect(await call('PUT', `log-rules/${id}`, { ...logRule, threshold: 5 })).toMatchObject({
      status: 200,
      body: { id, threshold: 5 },
    });
    expect(await call('PUT', `log-rules/${id}`, { ...logRule, summary: '{{ nope }}' })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'summary' }] },
    });
    expect(await call('GET', 'log-rules', undefined, 'bob=log.read')).toMatchObject({
      status: 200,
      body: { rules: [{ id, threshold: 5 }] },
    });
    expect((await call('POST', 'log-rules', logRule, 'bob=log.read')).status).toBe(403);
    expect((await call('DELETE', `log-rules/${id}`)).status).toBe(200);
    const acts = server.audited.filter(({ outcome }) => outcome === 'succeeded').map(({ action }) => action);
    expect(acts).toEqual(['log-rule.create', 'log-rule.update', 'log-rule.delete']);
    await stop();
  });
});
