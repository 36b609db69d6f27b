import type { Client } from '@custos/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startReceiver, type Receiver } from './receivers.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';

/**
 * From a number and a log line that a program sends to a page, on real parts: OTLP and NDJSON in, a rule on
 * metrics and one on logs, a webhook out; across a restart.
 */
let custos: Served;
let client: Client;
let hook: Receiver;
let token: string;

beforeAll(async () => {
  hook = await startReceiver();
  custos = await serve();
  client = await setUp(custos);
  await client.channels.create({ name: 'Hook', kind: 'webhook', options: { url: hook.url } });
  for (const rule of (await client.rules.list({ limit: 100 })).items) {
    await client.rules.update(rule.id, { enabled: false });
  }
  const permissions = ['telemetry.ingest', 'metric.read'] as const;
  ({ token } = await client.tokens.create({ name: 'app', permissions: [...permissions], expiresInDays: 1 }));
}, 60_000);
afterAll(async () => {
  await discard(custos);
  await hook.close();
});

const authorization = () => ({ authorization: `Bearer ${token}` });

async function sendQueue(length: number): Promise<void> {
  const point = { timeUnixNano: `${Date.now()}000000`, asDouble: length };
  const metric = { name: 'queue_length', gauge: { dataPoints: [point] } };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] };
  const reply = await fetch(`${custos.url}/v1/metrics`, {
    method: 'POST',
    headers: { ...authorization(), 'content-type': 'application/json' },
    body: JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric] }] }] }),
  });
  expect(reply.status).toBe(200);
}

const open = async () => (await client.alerts.list({ state: 'open' })).items;
const told = (event: string, text: string) =>
  hook.received.filter(({ body }) => body.includes(event) && body.includes(text)).length;

test(
  'a number that is too large pages once, is still open after a restart, and its end is told',
  { timeout: 120_000 },
  async () => {
    const { groups } = await client.metricRules.create({
      source: `
groups:
  - name: queues
    interval: 1s
    rules:
      - record: job:queue_length:sum
        expr: sum by (job) (queue_length)
      - alert: QueueLong
        expr: job:queue_length:sum > 5
        for: 2s
        labels: { severity: page }
        annotations: { summary: 'The queue of {{ $labels.job }} holds {{ $value }} orders' }
`,
    });
    expect(groups).toHaveLength(1);
    await sendQueue(9);
    const alert = await eventually(async () => (await open())[0], { what: 'the alert', timeoutMs: 30_000 });
    expect(alert).toMatchObject({
      ruleName: 'QueueLong',
      severity: 'critical',
      probeId: null,
      summary: 'The queue of shop holds 9 orders',
      labels: { job: 'shop', severity: 'page' },
      value: 9,
    });
    await eventually(() => told('"event":"firing"', 'The queue of shop') === 1, { what: 'the page' });
    // The page is out before the series of the same round is on disk.
    await eventually(
      async () => {
        const reply = await fetch(`${custos.url}/prometheus/api/v1/query?query=ALERTS`, {
          headers: authorization(),
        });
        return (await reply.text()).includes('"alertname":"QueueLong","alertstate":"firing"');
      },
      { what: 'the series of the alert' },
    );

    await custos.kill();
    custos = await serve({ directory: custos.directory, port: custos.port });
    await sendQueue(9);
    await eventually(async () => (await client.metricRules.list()).groups[0]?.rules[1]?.state === 'firing', {
      what: 'the rule after the restart',
      timeoutMs: 30_000,
    });
    expect((await open()).map(({ id }) => id)).toEqual([alert.id]);
    await sendQueue(1);
    await eventually(async () => (await open()).length === 0, { what: 'the end', timeoutMs: 30_000 });
    await eventually(() => told('"event":"resolved"', 'The queue of shop') === 1, {
      what: 'word of the end',
    });
    expect(told('"event":"firing"', 'The queue of shop')).toBe(1);
  },
);

test(
  'log lines that are too many page by field, and the page says how many',
  { timeout: 120_000 },
  async () => {
    await client.logRules.create({
      name: 'Payments fail',
      query: 'level:error "payment failed"',
      by: ['service'],
      threshold: 2,
      windowMs: 3_600_000,
      severity: 'high',
    });
    const line = (service: string) =>
      JSON.stringify({ level: 'error', service, message: 'payment failed: card' });
    const reply = await fetch(`${custos.url}/api/v1/logs`, {
      method: 'POST',
      headers: { ...authorization(), 'content-type': 'application/x-ndjson' },
      body: [line('api'), line('api'), line('api'), line('web')].join('\n'),
    });
    expect(reply.ok).toBe(true);
    const alert = await eventually(async () => (await open())[0], { what: 'the alert', timeoutMs: 60_000 });
    expect(alert).toMatchObject({
      ruleName: 'Payments fail',
      severity: 'high',
      probeId: null,
      labels: { service: 'api' },
      value: 3,
    });
    expect(await open()).toHaveLength(1);
    await eventually(() => told('"event":"firing"', 'Payments fail: 3 matches') === 1, { what: 'the page' });
  },
);
