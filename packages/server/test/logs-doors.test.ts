import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import custosTransport from '@custos/client/pino';
import type { Client } from '@custos/client';
import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { freePort } from './stores.ts';

let served: Served;
let client: Client;
let token: string;
let reader: string;
let syslogPort: number;

beforeAll(async () => {
  syslogPort = await freePort();
  served = await serve({
    config: {
      telemetry: {
        syslog: [{ protocol: 'udp', port: syslogPort, allow: ['127.0.0.0/8'] }],
        logs: { redaction: { own: [{ name: 'ticket', pattern: 'T-[0-9]{6}', contains: ['T-'] }] } },
      },
    },
  });
  client = await setUp(served);
  const made = await client.tokens.create({
    name: 'shop',
    permissions: ['telemetry.ingest'],
    expiresInDays: 1,
  });
  token = made.token;
  const asking = await client.tokens.create({
    name: 'grafana',
    permissions: ['metric.read'],
    expiresInDays: 1,
  });
  reader = asking.token;
}, 120_000);
afterAll(() => discard(served));

test(
  'pino, Loki and syslog reach the running program: masked, with a category, each under its source',
  { timeout: 120_000 },
  async () => {
    const stream = custosTransport({ url: served.url, token, lingerMs: 10 });
    const logger = pino({ name: 'shop' }, stream);
    logger.error({ order: 'T-123456' }, 'login of ann@example.com failed');
    stream.end();
    await once(stream, 'close');

    const pushed = await fetch(`${served.url}/loki/api/v1/push`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        streams: [{ stream: { app: 'cart' }, values: [[`${Date.now()}000000`, 'level=debug cart opened']] }],
      }),
    });
    expect(pushed.status).toBe(204);

    const socket = createSocket('udp4');
    socket.send('<13>1 - web-1 cron 7 - - paid with 4111 1111 1111 1111', syslogPort, '127.0.0.1');

    const found = await eventually(
      async () => {
        const { items } = await client.logs.list({ limit: 50 });
        return (
          ['shop', 'cart', 'cron'].every((name) => items.some(({ service }) => service === name)) && items
        );
      },
      { what: 'the three records', timeoutMs: 60_000 },
    );
    socket.close();
    const of = (name: string) => found.find(({ service }) => service === name);
    expect(of('shop')).toMatchObject({
      category: 'security',
      severity: 'error',
      message: 'login of [masked:email] failed',
      attributes: { order: '[masked:ticket]' },
      masked: ['email', 'ticket'],
    });
    expect(of('cart')).toMatchObject({ category: 'debug', severity: 'debug' });
    expect(of('cron')).toMatchObject({
      host: 'web-1',
      message: 'paid with [masked:card]',
      attributes: { facility: 'user', pid: '7' },
    });
  },
);

test(
  'what programs say by the SDK of OpenTelemetry is found: logs, their trace, metrics in PromQL',
  { timeout: 120_000 },
  async () => {
    const headers = { authorization: `Bearer ${token}` };
    const resource = resourceFromAttributes({ 'service.name': 'billing', 'host.name': 'web-9' });
    const tracing = new BasicTracerProvider({
      resource,
      spanProcessors: [
        new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${served.url}/v1/traces`, headers })),
      ],
    });
    const logging = new LoggerProvider({
      resource,
      processors: [
        new SimpleLogRecordProcessor({
          exporter: new OTLPLogExporter({ url: `${served.url}/v1/logs`, headers }),
        }),
      ],
    });
    const measuring = new MeterProvider({
      resource,
      readers: [
        new PeriodicExportingMetricReader({
          exporter: new OTLPMetricExporter({ url: `${served.url}/v1/metrics`, headers }),
          exportIntervalMillis: 3_600_000,
        }),
      ],
    });
    const span = tracing.getTracer('billing').startSpan('POST /invoice');
    logging.getLogger('billing').emit({
      severityNumber: 17,
      body: 'invoice could not be sent',
      attributes: { invoice: 7 },
      context: trace.setSpan(context.active(), span),
    });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no printer' });
    span.end();
    measuring.getMeter('billing').createCounter('invoices').add(3);
    for (const provider of [tracing, logging, measuring]) {
      await provider.forceFlush();
      await provider.shutdown();
    }

    const { traceId } = span.spanContext();
    const found = await eventually(
      async () => {
        const detail = await client.traces.get(traceId).catch(() => undefined);
        return detail?.logs.length === 1 && detail;
      },
      { what: 'the trace with its record', timeoutMs: 60_000 },
    );
    expect(found.spans).toMatchObject([
      { name: 'POST /invoice', service: 'billing', status: 'error', statusMessage: 'no printer' },
    ]);
    expect(found.logs).toMatchObject([
      {
        severity: 'error',
        host: 'web-9',
        message: 'invoice could not be sent',
        attributes: { invoice: '7' },
      },
    ]);
    const query = new URLSearchParams({ query: 'invoices_total{job="billing"}' });
    const answer = await fetch(`${served.url}/prometheus/api/v1/query?${query.toString()}`, {
      headers: { authorization: `Bearer ${reader}` },
    });
    expect(await answer.json()).toMatchObject({ data: { result: [{ value: [expect.any(Number), '3'] }] } });
  },
);

test('a door takes no request without the right, and says so', async () => {
  const { token: watcher } = await client.tokens.create({
    name: 'watcher',
    permissions: ['dashboard.read'],
    expiresInDays: 1,
  });
  for (const path of ['/api/v1/logs', '/loki/api/v1/push']) {
    const reply = await fetch(`${served.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${watcher}`, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(reply.status, path).toBe(403);
  }
});
