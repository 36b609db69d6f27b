import { gzipSync, deflateSync, zstdCompressSync } from 'node:zlib';
import { context, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { IncomingRecord, IncomingSpan } from '../types.ts';
import { otlpRoutes } from './routes-otlp.ts';
import { createTally } from './tally.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { createFakeIntake } from './test/fake-intake.ts';
import { createFakeRecords } from './test/fake-records.ts';
import { double, field, message, number } from './test/protobuf-writer.ts';

let doors: Doors;
let records: IncomingRecord[];
let spans: IncomingSpan[];
let failure: Error | undefined;

const open = (limits?: object): Promise<Doors> =>
  openDoors(({ tally, intake }) => [
    otlpRoutes({
      samples: intake,
      records: {
        append: async (given) => {
          if (failure !== undefined) throw failure;
          records.push(...given);
          return { accepted: given.length, refusals: [] };
        },
      },
      spans: {
        append: async (given) => {
          spans.push(...given);
          return { accepted: given.length, refusals: [] };
        },
      },
      tally,
      clock: systemClock,
      ...limits,
    }),
  ]);

beforeEach(async () => {
  records = [];
  spans = [];
  failure = undefined;
  doors = await open();
});
afterEach(() => doors.stop());

const resource = resourceFromAttributes({
  'service.name': 'api',
  'service.namespace': 'shop',
  'service.instance.id': 'api-1',
  'host.name': 'web-7',
  'deployment.environment': 'prod',
});
const identity = { job: 'shop/api', instance: 'api-1' };
const scope = { otel_scope_name: 'checkout', otel_scope_version: '1.2.0' };
const headers = { authorization: 'Bearer shop' };

const exporters = {
  proto: (temporality: AggregationTemporality) =>
    new ProtoExporter({
      url: `${doors.url}/v1/metrics`,
      headers,
      temporalityPreference: temporality as never,
    }),
  json: (temporality: AggregationTemporality) =>
    new JsonExporter({
      url: `${doors.url}/v1/metrics`,
      headers,
      temporalityPreference: temporality as never,
    }),
};

async function measure(
  exporter: InstanceType<typeof ProtoExporter> | InstanceType<typeof JsonExporter>,
  rounds = 1,
): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    resource,
    readers: [reader],
    views: [
      {
        instrumentName: 'size',
        aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM, options: { maxSize: 100 } },
      },
      {
        instrumentName: 'latency',
        aggregation: {
          type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM,
          options: { boundaries: [0.1, 1, 10] },
        },
      },
    ],
  });
  const meter = provider.getMeter('checkout', '1.2.0');
  const orders = meter.createCounter('shop.orders', { description: 'Orders.', unit: '{order}' });
  const open_ = meter.createUpDownCounter('shop.open');
  const latency = meter.createHistogram('latency', { unit: 's' });
  const size = meter.createHistogram('size', { unit: 'By' });
  meter
    .createObservableGauge('load', { unit: '1' })
    .addCallback((result) => result.observe(0.25, { cpu: 0 }));
  for (let round = 0; round < rounds; round += 1) {
    orders.add(3, { 'pay.method': 'card' });
    open_.add(2);
    for (const value of [0.05, 0.5, 0.5, 20]) latency.record(value, { route: '/pay' });
    for (const value of [1, 3, 1000]) size.record(value);
    await systemClock.sleep(5);
    await reader.forceFlush();
  }
  await provider.shutdown();
}

test.each(['proto', 'json'] as const)('metrics of the real SDK arrive over %s', async (kind) => {
  await measure(exporters[kind](AggregationTemporality.CUMULATIVE));
  const { intake } = doors;
  const order = { __name__: 'shop_orders_total', pay_method: 'card', ...scope, ...identity };
  expect(intake.value(order)).toBe(3);
  expect(intake.value({ __name__: 'shop_open', ...scope, ...identity })).toBe(2);
  expect(intake.value({ __name__: 'load_ratio', cpu: '0', ...scope, ...identity })).toBe(0.25);
  const bucket = (le: string) =>
    intake.value({ __name__: 'latency_seconds_bucket', le, route: '/pay', ...scope, ...identity });
  expect(['0.1', '1', '10', '+Inf'].map(bucket)).toEqual([1, 3, 3, 4]);
  expect(intake.value({ __name__: 'latency_seconds_count', route: '/pay', ...scope, ...identity })).toBe(4);
  expect(intake.value({ __name__: 'latency_seconds_sum', route: '/pay', ...scope, ...identity })).toBeCloseTo(
    21.05,
  );
  const size = (le: string) => intake.value({ __name__: 'size_bytes_bucket', le, ...scope, ...identity });
  expect(['0', '1', '+Inf'].map(size)).toEqual([0, 1, 3]);
  expect(intake.of('target_info')[0]).toMatchObject({
    labels: { host_name: 'web-7', deployment_environment: 'prod', ...identity },
    value: 1,
  });
  expect(intake.described.get('shop_orders_total')).toMatchObject({ type: 'counter', help: 'Orders.' });
  expect(intake.described.get('latency_seconds')).toMatchObject({ type: 'histogram', unit: 'seconds' });
  expect(Math.abs(Date.now() - intake.kept[0]!.time)).toBeLessThan(10_000);
  expect(doors.tally.sources()[0]).toMatchObject({ door: 'otlp', signal: 'metrics', refused: 0 });
});

test('deltas become running sums that begin at zero', async () => {
  await measure(exporters.proto(AggregationTemporality.DELTA), 3);
  const { intake } = doors;
  const values = (name: string) => intake.of(name).map(({ value }) => value);
  expect(values('shop_orders_total')).toEqual([0, 3, 6, 9]);
  expect(values('latency_seconds_count')).toEqual([0, 4, 8, 12]);
  const size = (le: string) =>
    intake.of('size_bytes_bucket').flatMap(({ labels, value }) => (labels['le'] === le ? [value] : []));
  expect(size('+Inf')).toEqual([0, 3, 6, 9]);
  expect(size('1')).toEqual([0, 1, 2, 3]);
  expect(intake.described.get('size_bytes')?.help).toContain('kept with classic buckets');
});

test('log records of the real SDK arrive with severity, trace, body and attributes', async () => {
  const exporter = new OTLPLogExporter({ url: `${doors.url}/v1/logs`, headers });
  const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] });
  const logger = provider.getLogger('checkout', '1.2.0');
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: TraceFlags.SAMPLED,
  };
  logger.emit({
    severityNumber: 18,
    body: 'payment failed',
    attributes: { user: 'u1', tries: 3, big: 2 ** 60, tags: ['a', 'b'], nested: { deep: { x: true } } },
    context: trace.setSpanContext(context.active(), spanContext),
  });
  logger.emit({ severityText: 'WARNING', body: { message: 'low stock', sku: 'x-1' } });
  logger.emit({ body: 'for the record', attributes: { category: 'security' } });
  await provider.forceFlush();
  await provider.shutdown();
  expect(records).toHaveLength(3);
  expect(records[0]).toMatchObject({
    severity: 'error',
    service: 'api',
    host: 'web-7',
    message: 'payment failed',
    traceId: spanContext.traceId,
    spanId: spanContext.spanId,
    attributes: {
      user: 'u1',
      tries: '3',
      tags: '["a","b"]',
      'nested.deep.x': 'true',
      'deployment.environment': 'prod',
      'scope.name': 'checkout',
    },
  });
  expect(records[1]).toMatchObject({ severity: 'warn', message: 'low stock', attributes: { sku: 'x-1' } });
  expect(records[2]).toMatchObject({ category: 'security', severity: 'info', traceId: '' });
  expect(Math.abs(Date.now() - records[0]!.timeMs)).toBeLessThan(10_000);
});

test('spans of the real SDK arrive with their parent, times, status, events and links', async () => {
  const exporter = new OTLPTraceExporter({ url: `${doors.url}/v1/traces`, headers });
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('checkout');
  const startTime = Date.now() - 1000;
  const parent = tracer.startSpan('GET /pay', { kind: SpanKind.SERVER, startTime });
  const child = tracer.startSpan(
    'select',
    { kind: SpanKind.CLIENT, startTime: startTime + 10, attributes: { 'db.system': 'pg' } },
    trace.setSpan(context.active(), parent),
  );
  child.addEvent('retry', { n: 1 }, startTime + 20);
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'gone' });
  child.end(startTime + 35.25);
  parent.end(startTime + 50);
  await provider.forceFlush();
  await provider.shutdown();
  expect(spans).toMatchObject([
    {
      name: 'select',
      kind: 'client',
      parentSpanId: parent.spanContext().spanId,
      traceId: parent.spanContext().traceId,
      startUs: (startTime + 10) * 1000,
      durationUs: 25_250,
      status: 'error',
      statusMessage: 'gone',
      service: 'api',
      attributes: { 'db.system': 'pg' },
      events: [{ name: 'retry', timeUs: (startTime + 20) * 1000, attributes: { n: '1' } }],
    },
    { name: 'GET /pay', kind: 'server', parentSpanId: '', durationUs: 50_000, status: 'unset' },
  ]);
});

const point = (value: number, more: Uint8Array = Buffer.alloc(0)): Buffer =>
  message(double(3, BigInt(Date.now()) * 1_000_000n), double(4, value), more);
const metricsBody = (...metrics: Buffer[]): Buffer =>
  field(1, field(2, message(...metrics.map((m) => field(2, m)))));
const gauge = (name: string, ...points: Buffer[]): Buffer =>
  message(field(1, name), field(5, message(...points.map((one) => field(1, one)))));
const proto = { 'content-type': 'application/x-protobuf' };

test('what is left out of a request is told as partial success in its encoding, and the rest is kept', async () => {
  const without = message(field(1, 'odd'), field(7, field(1, point(1))));
  const body = metricsBody(gauge('fine', point(1)), without, gauge('timeless', double(4, 1)));
  const answer = await doors.post('/v1/metrics', body, proto);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/x-protobuf');
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(bytes.subarray(2, 4)).toEqual(number(1, 2));
  expect(bytes.toString()).toContain('delta or cumulative');
  expect(doors.intake.kept.map(({ labels }) => labels['__name__'])).toEqual(['fine']);

  const json = await doors.post(
    '/v1/traces',
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'no ids' }] }] }] }),
    { 'content-type': 'application/json' },
  );
  expect(await json.json()).toEqual({
    partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('trace id') as string },
  });
});

test('a histogram is taken whole or not at all, and counts as one point', async () => {
  await doors.stop();
  const tally = createTally(systemClock);
  const intake = createFakeIntake(systemClock, { labels: 30, length: 1000, series: 3 });
  doors = await openDoors(() => [
    otlpRoutes({
      samples: intake,
      records: createFakeRecords(),
      spans: createFakeRecords() as never,
      tally,
      clock: systemClock,
    }),
  ]);
  const count = (value: number) => ({ timeUnixNano: `${Date.now()}000000`, count: value });
  const send = async (...metrics: object[]): Promise<unknown> => {
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    return (await doors.post('/v1/metrics', body, { 'content-type': 'application/json' })).json();
  };
  const wait = {
    name: 'wait',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [{ ...count(4), sum: 9, bucketCounts: [1, 3], explicitBounds: [1] }],
    },
  };
  const late = {
    timeUnixNano: `${Date.now() + 3_600_000}000000`,
    count: 1,
    quantileValues: [{ quantile: 1 }],
  };
  expect(await send(wait, { name: 'ahead', summary: { dataPoints: [late] } })).toEqual({
    partialSuccess: { rejectedDataPoints: '2', errorMessage: expect.stringContaining('ahead') as string },
  });
  expect(intake.kept).toEqual([]);
});

test('a point without a value ends its series', async () => {
  await doors.post('/v1/metrics', metricsBody(gauge('temperature', point(20))), proto);
  await doors.post('/v1/metrics', metricsBody(gauge('temperature', point(0, number(8, 1)))), proto);
  expect(doors.intake.of('temperature').map(({ value }) => value)).toEqual([20, 'stale']);
});

test('bodies come in any of the usual encodings', async () => {
  const body = metricsBody(gauge('encoded', point(1)));
  for (const [encoding, packed] of [
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['zstd', zstdCompressSync(body)],
    ['identity', body],
  ] as const) {
    const answer = await doors.post('/v1/metrics', packed, { ...proto, 'content-encoding': encoding });
    expect([encoding, answer.status]).toEqual([encoding, 200]);
  }
  expect(doors.intake.of('encoded')).toHaveLength(4);
});

test('a zip bomb is refused with a status in the encoding of the request', async () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  expect(bomb.length).toBeLessThan(100_000);
  const json = await doors.post('/v1/logs', bomb, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  });
  expect(json.status).toBe(413);
  expect(await json.json()).toMatchObject({ code: 3, message: expect.stringContaining('larger') as string });
  const binary = await doors.post('/v1/logs', bomb, { ...proto, 'content-encoding': 'gzip' });
  expect(binary.status).toBe(413);
  expect(binary.headers.get('content-type')).toBe('application/x-protobuf');
  expect(doors.tally.sources()[0]?.refusals).toMatchObject([{ reason: 'too_large', count: 2 }]);
});

test('a full spool is 503 with Retry-After', async () => {
  failure = new CustosError('spool_full', 'Full.', { status: 503, retryAfterSeconds: 30 });
  const body = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }] };
  const answer = await doors.post('/v1/logs', JSON.stringify(body), { 'content-type': 'application/json' });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('30');
  expect(await answer.json()).toEqual({ code: 14, message: 'Full.' });
});

test('JSON of another kind is refused with the path of what is wrong', async () => {
  const cases: [string, string][] = [
    ['{', 'not JSON'],
    ['[]', 'The body must be an object'],
    ['{"resourceLogs":{}}', 'resourceLogs must be a list'],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"soon"}]}]}]}', 'nanoseconds'],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"zz"}]}]}]}', 'hexadecimal'],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":[7]}]}]}', 'logRecords must be an object'],
  ];
  for (const [body, expected] of cases) {
    const answer = await doors.post('/v1/logs', body, { 'content-type': 'application/json' });
    expect([body, answer.status]).toEqual([body, 400]);
    expect(((await answer.json()) as { message: string }).message).toContain(expected);
  }
  const unknown = { somethingNew: 1, resourceLogs: null };
  const answer = await doors.post('/v1/logs', JSON.stringify(unknown), {
    'content-type': 'application/json',
  });
  expect(answer.status).toBe(200);
  const bytes = await doors.post('/v1/logs', Buffer.from([0x22, 0xff, 0x22]), {
    'content-type': 'application/json',
  });
  expect(bytes.status).toBe(400);
  expect(doors.tally.sources()[0]?.refusals.map(({ reason }) => reason)).toContain('not_utf8');
});

test('values nested without end are refused, not followed', async () => {
  let value = field(1, 'x');
  for (let depth = 0; depth < 500; depth += 1) value = field(5, field(1, value));
  const body = field(1, field(2, field(2, field(5, value))));
  expect((await doors.post('/v1/logs', body, proto)).status).toBe(400);
  let json = '{"stringValue":"x"}';
  for (let depth = 0; depth < 500; depth += 1) json = `{"arrayValue":{"values":[${json}]}}`;
  const answer = await doors.post(
    '/v1/logs',
    `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${json}}]}]}]}`,
    { 'content-type': 'application/json' },
  );
  expect(answer.status).toBe(400);
});

test('neither cut nor foreign bytes make the door fail in another way than by its own error', async () => {
  const good = metricsBody(gauge('fuzz', point(1), point(2)), gauge('more', point(3)));
  for (let round = 0; round < 150; round += 1) {
    const body = Buffer.from(good.subarray(0, round % 2 === 0 ? (round * 5) % good.length : good.length));
    for (let flips = 0; flips < round % 4; flips += 1) {
      if (body.length > 0) body[(round * 13 + flips * 29) % body.length]! ^= 1 << (round % 8);
    }
    for (const path of ['/v1/metrics', '/v1/logs', '/v1/traces']) {
      const answer = await doors.post(path, body, proto);
      expect([200, 400]).toContain(answer.status);
    }
  }
  const plain = await doors.post('/v1/metrics', 'up 1', { 'content-type': 'text/plain' });
  expect(plain.status).toBe(415);
});
