import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MetricRuleGroupView } from '@custos/contract';
import { createTestServer, type TestServer } from '../../../test/http-server.ts';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { createPromqlEngine } from '../promql/engine.ts';
import { createMemoryStorage } from '../promql/memory-storage.ts';
import type { SampleStorage } from '../promql/types.ts';
import { catalogueOf } from './catalogue-fixture.ts';
import { prometheusRoutes } from './routes.ts';

const start = 1_767_225_600_000;
const group: MetricRuleGroupView = {
  id: 'mrg_1',
  name: 'shop',
  file: 'rules/shop.yml',
  origin: 'configuration',
  enabled: true,
  intervalMs: 15_000,
  channelIds: [],
  source: '',
  lastEvaluatedAt: start,
  missed: 0,
  rules: [
    {
      kind: 'alert',
      name: 'ShopDown',
      expression: 'up == 0',
      forMs: 60_000,
      keepFiringForMs: 0,
      labels: { severity: 'critical' },
      annotations: { summary: 'down' },
      state: 'firing',
      health: 'ok',
      lastError: null,
      lastEvaluatedAt: start,
      evaluationMs: 2,
      instances: [
        {
          labels: { alertname: 'ShopDown', instance: 'a' },
          annotations: { summary: 'down' },
          state: 'firing',
          activeAt: start,
          value: 0,
        },
      ],
    },
    {
      kind: 'record',
      name: 'job:up:sum',
      expression: 'sum by (job) (up)',
      forMs: 0,
      keepFiringForMs: 0,
      labels: {},
      annotations: {},
      state: 'recording',
      health: 'error',
      lastError: 'no',
      lastEvaluatedAt: null,
      evaluationMs: null,
      instances: [],
    },
  ],
};

let server: TestServer;
let base: string;
/** Signals of selections that are held open by `hang`. */
const hanging: AbortSignal[] = [];

beforeAll(async () => {
  const memory = createMemoryStorage();
  const times = Array.from({ length: 41 }, (_, index) => start - 600_000 + index * 15_000);
  for (const instance of ['a', 'b']) {
    const labels = { job: 'shop', instance };
    memory.append(
      { __name__: 'up', ...labels },
      times.map((atMs) => ({ atMs, value: instance === 'a' ? 0 : 1 })),
    );
    memory.append(
      { __name__: 'requests_total', ...labels, 'http.method': 'GET' },
      times.map((atMs, index) => ({ atMs, value: index * 30 })),
    );
  }
  const storage: SampleStorage = {
    async select(request) {
      if (!request.matchers.some(({ value }) => value === 'hang')) return memory.select(request);
      hanging.push(request.signal);
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      return [];
    },
  };
  server = await createTestServer();
  await server.app.register(
    prometheusRoutes({
      engine: createPromqlEngine({ storage, clock: systemClock }),
      catalogue: catalogueOf(memory, [
        { name: 'requests_total', type: 'counter', help: 'Requests.', unit: '' },
      ]),
      rules: { list: async () => [group] },
      clock: createManualClock(start),
      version: '1.2.3',
    }),
  );
  base = `${await server.listen({ host: '127.0.0.1', port: 0 })}/prometheus`;
});
afterAll(() => server.stop());

const token = { authorization: 'Bearer ann' };
async function get(path: string, headers: Record<string, string> = token) {
  const reply = await fetch(`${base}/api/v1/${path}`, { headers });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}
async function post(path: string, form: string, headers: Record<string, string> = token) {
  const reply = await fetch(`${base}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form,
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

describe('the calls of Grafana’s Prometheus data source', () => {
  test('its health check asks for 1+1 by form, and for the build', async () => {
    expect(await post('query', `query=1%2B1&time=${start / 1000}`)).toEqual({
      status: 200,
      body: { status: 'success', data: { resultType: 'scalar', result: [start / 1000, '2'] } },
    });
    expect((await get('status/buildinfo')).body).toMatchObject({
      data: { version: '3.5.0', revision: 'custos-1.2.3' },
    });
  });

  test('a panel asks for a range by form', async () => {
    const form = new URLSearchParams({
      query: 'sum by (job) (requests_total)',
      start: String(start / 1000 - 60),
      end: String(start / 1000),
      step: '15',
    });
    const { status, body } = await post('query_range', String(form));
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          {
            metric: { job: 'shop' },
            values: [60, 45, 30, 15, 0].map((ago) => [start / 1000 - ago, String(2400 - ago * 4)]),
          },
        ],
      },
    });
  });

  test('the query builder asks for names, labels and values, escaped ones too', async () => {
    const about = `start=${start / 1000 - 600}&end=${start / 1000}`;
    expect((await get(`label/__name__/values?${about}`)).body).toEqual({
      status: 'success',
      data: ['requests_total', 'up'],
    });
    expect((await get(`labels?${about}&match[]=requests_total`)).body['data']).toEqual([
      '__name__',
      'http.method',
      'instance',
      'job',
    ]);
    expect((await post('labels', `match[]=up&${about}`)).body['data']).toEqual([
      '__name__',
      'instance',
      'job',
    ]);
    expect((await get('label/U__http_2e_method/values')).body['data']).toEqual(['GET']);
    expect((await get(`label/instance/values?match[]=up&limit=1`)).body).toEqual({
      status: 'success',
      data: ['a'],
      warnings: ['results truncated due to limit'],
    });
    expect((await get('series?match[]=up&match[]=nothing')).body['data']).toHaveLength(2);
    expect((await post('series', 'match[]={__name__=~"up|requests_total"}')).body['data']).toHaveLength(4);
    expect((await get('metadata?limit=10')).body['data']).toEqual({
      requests_total: [{ type: 'counter', help: 'Requests.', unit: '' }],
    });
    expect((await get('query_exemplars?query=up&start=0&end=1')).body).toEqual({
      status: 'success',
      data: [],
    });
  });

  test('the alerting page asks for rules and alerts', async () => {
    const all = (await get('rules')).body['data'] as { groups: { rules: unknown[] }[] };
    expect(all.groups).toMatchObject([
      {
        name: 'shop',
        file: 'rules/shop.yml',
        interval: 15,
        rules: [
          {
            type: 'alerting',
            name: 'ShopDown',
            state: 'firing',
            duration: 60,
            health: 'ok',
            alerts: [{ state: 'firing', value: '0e+00', activeAt: '2026-01-01T00:00:00.000Z' }],
          },
          { type: 'recording', name: 'job:up:sum', health: 'err', lastError: 'no' },
        ],
      },
    ]);
    const records = (await get('rules?type=record')).body['data'] as { groups: { rules: unknown[] }[] };
    expect(records.groups[0]?.rules).toHaveLength(1);
    expect((await get('rules?rule_name[]=None')).body['data']).toEqual({ groups: [] });
    expect((await get('alerts')).body['data']).toMatchObject({ alerts: [{ labels: { instance: 'a' } }] });
  });
});

describe('refusals are in the envelope of Prometheus', () => {
  const range = (change: Record<string, string>) =>
    get(
      `query_range?${String(new URLSearchParams({ query: 'up', start: '0', end: '60', step: '15', ...change }))}`,
    );
  test.each([
    [
      'a query that cannot be read',
      () => get('query?query=sum('),
      400,
      'bad_data',
      /invalid parameter "query": 1:/,
    ],
    [
      'a time that is none',
      () => get('query?query=1&time=soon'),
      400,
      'bad_data',
      /invalid parameter "time"/,
    ],
    ['an end before the start', () => range({ start: '90' }), 400, 'bad_data', /must not be before start/],
    ['a step of nothing', () => range({ step: '0' }), 400, 'bad_data', /zero or negative query resolution/],
    [
      'too many steps',
      () => range({ end: '99999', step: '1' }),
      400,
      'bad_data',
      /exceeded maximum resolution of 11,000/,
    ],
    ['a range without a start', () => range({ start: '' }), 400, 'bad_data', /invalid parameter "start"/],
    [
      'a string over a range',
      () => range({ query: '"a"' }),
      400,
      'bad_data',
      /must be Scalar or instant Vector/,
    ],
    [
      'an evaluation that is not possible',
      () => get('query?query=up%2Bon(job)up'),
      422,
      'execution',
      /many-to-many|duplicate/,
    ],
    ['no selector', () => get('series'), 400, 'bad_data', /no match\[\] parameter provided/],
    ['a selector that is an expression', () => get('series?match[]=up+1'), 400, 'bad_data', /match\[\]/],
    ['an unknown type of rule', () => get('rules?type=x'), 400, 'bad_data', /not supported value/],
    ['a limit that is no number', () => get('labels?limit=-1'), 400, 'bad_data', /invalid parameter "limit"/],
  ] as const)('%s', async (...[, ask, status, errorType, error]) => {
    const reply = await ask();
    expect(reply.status).toBe(status);
    expect(reply.body).toEqual({ status: 'error', errorType, error: expect.stringMatching(error) as string });
  });

  test('time and duration may have units and zones', async () => {
    expect(
      (await range({ start: '1970-01-01T00:00:00Z', end: '1970-01-01T00:01:00Z', step: '1m' })).status,
    ).toBe(200);
  });
});

describe('who may ask', () => {
  test('nobody without a login, nobody without the permission, and a token by Basic', async () => {
    expect((await get('query?query=1', {})).status).toBe(401);
    expect((await get('query?query=1', { authorization: 'Bearer ann=alert.read' })).status).toBe(403);
    const basic = Buffer.from('grafana:custos_ann=metric.read').toString('base64');
    expect((await get('query?query=1', { authorization: `Basic ${basic}` })).status).toBe(200);
    expect((await post('query', 'query=1', { authorization: `Basic ${basic}` })).status).toBe(200);
  });

  test('a browser of another origin cannot make the call with a cookie', async () => {
    const cookie = { cookie: '__Host-custos=ann', origin: 'https://elsewhere.example' };
    expect((await post('query', 'query=1', cookie)).status).toBe(403);
  });
});

test('a query ends when its caller goes away', async () => {
  const url = new URL(`${base}/api/v1/query?query=hang`);
  const call = httpRequest(url, { headers: token });
  call.on('error', () => undefined);
  call.end();
  await expect.poll(() => hanging.length).toBe(1);
  expect(hanging[0]?.aborted).toBe(false);
  call.destroy();
  await expect.poll(() => hanging[0]?.aborted).toBe(true);
});

test('format_query lays a query out', async () => {
  expect((await get(`format_query?query=${encodeURIComponent('sum( rate(a[5m]) )  by(b)')}`)).body).toEqual({
    status: 'success',
    data: 'sum by (b) (rate(a[5m]))',
  });
});

test('parse_query gives the tree of a query', async () => {
  const query = 'sum by (a) (rate(m{b=~"c"}[5m] offset 1m)) > bool on(a) group_left(d) (-n @ end())';
  const selector = { timestamp: null, offset: 0, startOrEnd: null };
  const name = (value: string) => ({ name: '__name__', type: '=', value });
  expect((await get(`parse_query?query=${encodeURIComponent(query)}`)).body['data']).toEqual({
    type: 'binaryExpr',
    op: '>',
    bool: true,
    matching: { card: 'many-to-one', labels: ['a'], on: true, include: ['d'] },
    lhs: {
      type: 'aggregation',
      op: 'sum',
      param: null,
      grouping: ['a'],
      without: false,
      expr: {
        type: 'call',
        func: { name: 'rate' },
        args: [
          {
            type: 'matrixSelector',
            name: 'm',
            range: 300_000,
            matchers: [{ name: 'b', type: '=~', value: 'c' }, name('m')],
            ...selector,
            offset: 60_000,
          },
        ],
      },
    },
    rhs: {
      type: 'parenExpr',
      expr: {
        type: 'unaryExpr',
        op: '-',
        expr: { type: 'vectorSelector', name: 'n', matchers: [name('n')], ...selector, startOrEnd: 'end' },
      },
    },
  });
  expect((await get('parse_query?query=sum(')).status).toBe(400);
});

const promtool = '/usr/bin/promtool';
const present = (() => {
  try {
    accessSync(promtool);
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!present)('promtool (skipped when the machine has none)', () => {
  const run = async (...args: string[]) => {
    const address = base.replace('http://', 'http://x:custos_ann@');
    // It takes credentials from the address.
    const { stdout } = await promisify(execFile)(promtool, [
      'query',
      ...args.map((arg) => (arg === 'URL' ? address : arg)),
    ]);
    return stdout;
  };
  test('query instant', async () => {
    expect(await run('instant', `--time=${start / 1000}`, 'URL', 'up')).toBe(
      `up{instance="a", job="shop"} => 0 @[${start / 1000}]\nup{instance="b", job="shop"} => 1 @[${start / 1000}]\n`,
    );
  });
  test('query range', async () => {
    const out = await run(
      'range',
      `--start=${start / 1000 - 30}`,
      `--end=${start / 1000}`,
      '--step=15s',
      'URL',
      'sum(up)',
    );
    expect(out.trim().split('\n')).toEqual([
      '{} =>',
      `1 @[${start / 1000 - 30}]`,
      `1 @[${start / 1000 - 15}]`,
      `1 @[${start / 1000}]`,
    ]);
  });
  test('query series and labels', async () => {
    const times = [`--start=${start / 1000 - 600}`, `--end=${start / 1000}`];
    expect((await run('series', '--match=up', ...times, 'URL')).trim().split('\n')).toHaveLength(2);
    expect(await run('labels', 'URL', 'instance')).toBe('a\nb\n');
  });
});
