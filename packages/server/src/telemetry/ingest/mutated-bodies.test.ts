import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createTestServer, type TestServer } from '../../../test/http-server.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createLogs } from '../logs/service.ts';
import { createMetrics, type Metrics } from '../metrics/service.ts';
import { createTraces } from '../traces/intake.ts';
import { mostItems, mostJsonMarks, mostMessages } from './limits.ts';
import { lokiRoutes } from './routes-loki.ts';
import { ndjsonRoutes } from './routes-ndjson.ts';
import { otlpRoutes } from './routes-otlp.ts';
import { remoteWriteRoutes } from './routes-remote-write.ts';
import { createSyslog, type Syslog } from './syslog/service.ts';
import { createTally } from './tally.ts';
import { mutated, mutations } from './test/mutations.ts';
import {
  double,
  field,
  message,
  number,
  varint,
  writeRequest,
  writeRequest2,
} from './test/protobuf-writer.ts';

// Every door over the real stores, given bodies as senders make them and then broken in every way. What a
// door answers is its protocol's; what it accepted is in columns, and the next good request is taken.

const directory = temporaryDirectory();
const tally = createTally(systemClock);
const clock = systemClock;
let columns: Columns;
let metrics: Metrics;
let server: TestServer;
let syslog: Syslog;
let url: string;
let ports: readonly number[];

beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
  const log = silentLogger;
  metrics = createMetrics({ columns, clock, log, shared: false });
  await metrics.start();
  const records = createLogs({ columns, clock, log, onAccepted: () => undefined }).intake;
  const spans = createTraces({ columns, clock, log }).intake;
  const samples = metrics.intake;
  server = await createTestServer();
  const door = { tally, clock, limits: { itemsPerSecond: 1e9, bytesPerSecond: 1e12 } };
  for (const routes of [
    remoteWriteRoutes({ ...door, samples }),
    otlpRoutes({ ...door, samples, records, spans }),
    lokiRoutes({ ...door, records }),
    ndjsonRoutes({ ...door, records }),
  ]) {
    await server.app.register(routes);
  }
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  const own = { host: '127.0.0.1', port: 0, allow: ['127.0.0.0/8'] };
  syslog = createSyslog({
    listeners: [
      { protocol: 'udp', ...own },
      { protocol: 'tcp', ...own },
    ],
    records,
    tally,
    clock,
    log,
  });
  await syslog.start();
  ports = syslog.addresses().map((address) => Number(new URL(address).port));
}, 60_000);
afterAll(async () => {
  await syslog.stop();
  await server.stop();
  await metrics.stop();
  await columns.stop();
  directory.remove();
});

const nanos = (atMs: number): bigint => BigInt(atMs) * 1_000_000n;
const text = (value: string): Buffer => field(1, value);
const attribute = (name: string, value: Uint8Array): Buffer => message(text(name), field(2, value));
const traceId = Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex');
const spanId = Buffer.from('b7ad6b7169203331', 'hex');
const resource = field(1, field(1, attribute('service.name', text('shop'))));

/** Bodies that name `mark`, so that what came of them can be found. */
const bodies = {
  metrics(mark: string): Buffer {
    const common = message(double(3, nanos(Date.now())), field(7, attribute('mark', text(mark))));
    const buckets = message(varint((2 << 3) | 2), varint(3), Buffer.from([1, 2, 3]));
    const point = message(
      double(3, nanos(Date.now())),
      double(4, 6n),
      double(5, 9),
      message(varint((6 << 3) | 2), varint(24), Buffer.alloc(24, 1)),
      message(varint((7 << 3) | 2), varint(16), Buffer.alloc(16, 0x40)),
    );
    return field(
      1,
      message(
        resource,
        field(
          2,
          message(
            field(1, text('scope')),
            field(2, message(text('orders'), field(5, field(1, message(common, double(4, 7)))))),
            field(
              2,
              message(text('sum'), field(7, message(field(1, message(common, double(4, 1))), number(2, 1)))),
            ),
            field(2, message(text('wait'), field(9, message(field(1, point), number(2, 2))))),
            field(
              2,
              message(
                text('size'),
                field(
                  10,
                  message(
                    field(
                      1,
                      message(double(3, nanos(Date.now())), double(4, 6n), number(6, 4), field(8, buckets)),
                    ),
                    number(2, 1),
                  ),
                ),
              ),
            ),
          ),
        ),
      ),
    );
  },
  logs(mark: string): Buffer {
    const nested = attribute('tags', field(6, field(1, attribute('deep', field(5, field(1, text('x')))))));
    const record = message(
      double(1, nanos(Date.now())),
      number(2, 17),
      field(3, 'ERROR'),
      field(5, text(mark)),
      field(6, nested),
      field(6, attribute('n', number(3, -5))),
      field(9, traceId),
      field(10, spanId),
    );
    return field(1, message(resource, field(2, field(2, record))));
  },
  traces(mark: string): Buffer {
    const span = message(
      field(1, traceId),
      field(2, spanId),
      field(5, mark),
      number(6, 2),
      double(7, nanos(Date.now() - 5)),
      double(8, nanos(Date.now())),
      field(9, attribute('a', double(4, 1.5))),
      field(11, message(double(1, nanos(Date.now())), field(2, 'retry'))),
      field(13, message(field(1, traceId), field(2, spanId))),
      field(15, message(field(2, 'gone'), number(3, 2))),
    );
    return field(1, message(resource, field(2, field(2, span))));
  },
  write: (mark: string): Buffer =>
    writeRequest([
      { labels: { __name__: 'orders', mark }, samples: [[Date.now(), 7]] },
      { labels: { __name__: 'b', x: 'ü' }, samples: [[Date.now(), 2]], histograms: 1 },
    ]),
  write2: (mark: string): Buffer =>
    writeRequest2([{ labels: { __name__: 'orders', mark }, samples: [[Date.now(), 7]], type: 1, help: 'h' }]),
  loki: (mark: string): Buffer =>
    field(
      1,
      message(
        text(String.raw`{app="shop", path="a\"b"}`),
        field(
          2,
          message(
            field(1, number(1, Math.floor(Date.now() / 1000))),
            field(2, mark),
            field(3, attribute('user', Buffer.from('7'))),
          ),
        ),
      ),
    ),
  lokiJson: (mark: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        streams: [{ stream: { app: 'shop' }, values: [[`${Date.now()}000000`, mark, { user: '7' }]] }],
      }),
    ),
  ndjson: (mark: string): Buffer =>
    Buffer.from(`{"level":"error","msg":${JSON.stringify(mark)},"a":{"b":[1,2]}}\n{"msg":"second"}\n`),
  logsJson: (mark: string): Buffer =>
    Buffer.from(
      JSON.stringify({
        resourceLogs: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
            scopeLogs: [
              {
                logRecords: [
                  {
                    timeUnixNano: String(nanos(Date.now())),
                    severityText: 'WARN',
                    body: { stringValue: mark },
                    attributes: [{ key: 'n', value: { intValue: '-5' } }],
                    traceId: traceId.toString('hex'),
                  },
                ],
              },
            ],
          },
        ],
      }),
    ),
};

const packers = {
  none: (body: Uint8Array) => body,
  snappy: (body: Uint8Array) => compress(Buffer.from(body)),
  gzip: gzipSync,
  deflate: deflateSync,
  zstd: zstdCompressSync,
} satisfies Record<string, (body: Uint8Array) => Uint8Array>;
type Packer = keyof typeof packers;

interface DoorUnderTest {
  readonly path: string;
  readonly type: string;
  readonly body: (mark: string) => Buffer;
  readonly packers: readonly Packer[];
  readonly good: number;
  /** What a refusal looks like. */
  readonly refusal: 'text' | 'status' | 'json-status' | 'error';
}

const protobuf = 'application/x-protobuf';
const any: readonly Packer[] = ['none', 'gzip', 'deflate', 'zstd'];
const doors: Readonly<Record<string, DoorUnderTest>> = {
  'remote write 1.0': {
    path: '/api/v1/write',
    type: protobuf,
    body: bodies.write,
    packers: ['snappy'],
    good: 400,
    refusal: 'text',
  },
  'remote write 2.0': {
    path: '/api/v1/write',
    type: `${protobuf};proto=io.prometheus.write.v2.Request`,
    body: bodies.write2,
    packers: ['snappy'],
    good: 204,
    refusal: 'text',
  },
  'OTLP metrics': {
    path: '/v1/metrics',
    type: protobuf,
    body: bodies.metrics,
    packers: any,
    good: 200,
    refusal: 'status',
  },
  'OTLP logs': {
    path: '/v1/logs',
    type: protobuf,
    body: bodies.logs,
    packers: any,
    good: 200,
    refusal: 'status',
  },
  'OTLP traces': {
    path: '/v1/traces',
    type: protobuf,
    body: bodies.traces,
    packers: any,
    good: 200,
    refusal: 'status',
  },
  'OTLP logs in JSON': {
    path: '/v1/logs',
    type: 'application/json',
    body: bodies.logsJson,
    packers: any,
    good: 200,
    refusal: 'json-status',
  },
  Loki: {
    path: '/loki/api/v1/push',
    type: protobuf,
    body: bodies.loki,
    packers: ['snappy'],
    good: 204,
    refusal: 'text',
  },
  'Loki in JSON': {
    path: '/loki/api/v1/push',
    type: 'application/json',
    body: bodies.lokiJson,
    packers: any,
    good: 204,
    refusal: 'text',
  },
  NDJSON: {
    path: '/api/v1/logs',
    type: 'application/x-ndjson',
    body: bodies.ndjson,
    packers: any,
    good: 200,
    refusal: 'error',
  },
};

const post = ({ path, type }: DoorUnderTest, body: Uint8Array, packer: Packer): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: 'POST',
    body: body as BodyInit,
    headers: {
      authorization: 'Bearer shop',
      'content-type': type,
      ...(packer === 'none' || packer === 'snappy' ? {} : { 'content-encoding': packer }),
    },
  });

/** Raises unless the answer is yes, or a refusal as the protocol has them. */
async function expectInProtocol(answer: Response, { refusal }: DoorUnderTest): Promise<void> {
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status === 200 || answer.status === 204) return;
  expect([400, 413, 415]).toContain(answer.status);
  const type = answer.headers.get('content-type');
  if (refusal === 'text') expect(type).toContain('text/plain');
  else if (refusal === 'status') {
    expect(type).toBe(protobuf);
    // google.rpc.Status: a code, then a message that goes to the end.
    expect([body[0], body[1], body[2]]).toEqual([8, 3, 18]);
  } else {
    const told = JSON.parse(body.toString()) as { code?: unknown; message?: unknown; error?: unknown };
    if (refusal === 'json-status') expect(told).toEqual({ code: 3, message: expect.any(String) as string });
    else expect(JSON.stringify(told)).toContain('code');
  }
  expect(body.toString()).not.toMatch(/\n\s+at /);
}

/** What the tally says was accepted at all doors. */
const accepted = (signal: string): number =>
  tally
    .sources()
    .filter((source) => source.signal === signal)
    .reduce((sum, source) => sum + source.accepted, 0);

async function countOf(table: string, condition = '1'): Promise<number> {
  await columns.flush();
  const [row] = await columns.query(`SELECT count() AS count FROM ${table} WHERE ${condition}`);
  return Number((row as { count: unknown }).count);
}

const found: Readonly<Record<string, (mark: string) => Promise<number>>> = {
  '/api/v1/write': findSample,
  '/v1/metrics': findSample,
  '/v1/traces': (mark) => countOf('span', `name = '${mark}'`),
  '/v1/logs': (mark) => countOf('log_record', `message = '${mark}'`),
  '/loki/api/v1/push': (mark) => countOf('log_record', `message = '${mark}'`),
  '/api/v1/logs': (mark) => countOf('log_record', `message = '${mark}'`),
};
async function findSample(mark: string): Promise<number> {
  const { value } = await metrics.engine.instant({ query: `orders{mark="${mark}"} == 7`, atMs: Date.now() });
  return value.type === 'vector' ? value.samples.length : 0;
}

let marks = 0;
async function expectTaken(door: DoorUnderTest, packer: Packer): Promise<void> {
  marks += 1;
  const mark = `mark-${marks}`;
  const answer = await post(door, packers[packer](door.body(mark)), packer);
  expect(answer.status, await answer.text()).toBe(door.good);
  expect(await found[door.path]!(mark)).toBe(1);
}

describe.each(Object.entries(doors))('%s', (_name, door) => {
  test.each(door.packers)(
    '%s: however a body is broken, the answer is of the protocol',
    async (packer) => {
      await expectTaken(door, packer);
      await fc.assert(
        fc.asyncProperty(mutations, fc.boolean(), async (given, outside) => {
          const body = door.body('broken');
          const sent = outside
            ? mutated(packers[packer](body), given)
            : packers[packer](mutated(body, given));
          await expectInProtocol(await post(door, sent, packer), door);
        }),
        { numRuns: 60 },
      );
      await expectTaken(door, packer);
    },
    60_000,
  );
});

test('syslog: whatever comes by UDP and TCP, what follows on a new connection is taken', async () => {
  const [udp = 0, tcp = 0] = ports;
  const good = Buffer.from(
    `<34>1 ${new Date().toISOString()} web su 1 ID47 [a@1 b="c"] message\n76 <13>Jan  2 03:04:05 h app[77]: counted`,
  );
  const datagrams = createSocket('udp4');
  await fc.assert(
    fc.asyncProperty(mutations, async (given) => {
      const bytes = mutated(good, given);
      datagrams.send(bytes.subarray(0, 60_000), udp, '127.0.0.1');
      const socket = connect(tcp, '127.0.0.1');
      // A stream that cannot be read is closed before it is at its end.
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.end(bytes);
      await closed;
    }),
    { numRuns: 60 },
  );
  datagrams.send('<13>1 - h udp - - - last datagram', udp, '127.0.0.1');
  const socket = connect(tcp, '127.0.0.1').end(
    '32 <13>1 - h tcp - - - last counted<13>1 - h tcp - - - last line\n',
  );
  await once(socket, 'close');
  await eventually(async () => (await countOf('log_record', "startsWith(message, 'last ')")) === 3);
  datagrams.close();
}, 60_000);

test('what was accepted is in columns, and columns refused nothing', async () => {
  // What came by syslog is counted a moment after it is on disk.
  await eventually(async () => (await countOf('log_record')) === accepted('logs'));
  expect(await countOf('span')).toBe(accepted('traces'));
  expect(columns.status().spool.rejectedRows).toBe(0);
});

describe('small bodies that would be large', () => {
  const many = 1.2 * mostItems;
  const repeated = (times: number, ...part: number[]): Buffer =>
    Buffer.alloc(times * part.length, Buffer.from(part));
  const cases: readonly (readonly [string, string, Buffer])[] = [
    ['empty series', 'remote write 1.0', repeated(1.2 * mostMessages, 0x0a, 0)],
    ['empty samples', 'remote write 1.0', field(1, repeated(1.2 * mostMessages, 0x12, 0))],
    ['empty metadata', 'remote write 1.0', repeated(1.2 * mostMessages, 0x1a, 0)],
    ['empty symbols', 'remote write 2.0', repeated(1.2 * mostMessages, 0x22, 0)],
    ['empty series of 2.0', 'remote write 2.0', repeated(1.2 * mostMessages, 0x2a, 0)],
    ['references', 'remote write 2.0', message(field(4, ''), field(5, field(1, Buffer.alloc(30_000_000))))],
    ['empty resources', 'OTLP metrics', repeated(1.2 * mostMessages, 0x0a, 0)],
    ['empty records', 'OTLP logs', field(1, field(2, repeated(many, 0x12, 0)))],
    ['empty spans', 'OTLP traces', field(1, field(2, repeated(many, 0x12, 0)))],
    [
      'buckets',
      'OTLP metrics',
      field(1, field(2, field(2, field(10, field(1, field(8, field(2, Buffer.alloc(30_000_000)))))))),
    ],
    ['empty lines', 'Loki', field(1, message(text('{}'), repeated(many, 0x12, 0)))],
    ['empty streams', 'Loki in JSON', Buffer.from(`{"streams":[${'{},'.repeat(mostJsonMarks / 2)}{}]}`)],
    [
      'empty lines of JSON',
      'Loki in JSON',
      Buffer.from(`{"streams":[{"stream":{},"values":[${'["1",""],'.repeat(many)}["1",""]]}]}`),
    ],
    [
      'empty resources in JSON',
      'OTLP logs in JSON',
      Buffer.from(`{"resourceLogs":[${'{},'.repeat(mostJsonMarks / 2)}{}]}`),
    ],
    ['brackets', 'OTLP logs in JSON', Buffer.from('['.repeat(20_000_000))],
    ['empty objects', 'NDJSON', Buffer.from('{}\n'.repeat(many))],
    ['no objects', 'NDJSON', Buffer.from('1\n'.repeat(many))],
    ['an array of nothing', 'NDJSON', Buffer.from(`[${'{},'.repeat(many)}{}]`)],
  ];
  test.each(cases)(
    '%s at %s are refused before they take the memory',
    async (_name, name, body) => {
      const door = doors[name]!;
      const packer = door.packers.at(-1)!;
      const before = process.resourceUsage().maxRSS;
      const answer = await post(door, packers[packer](body), packer);
      expect([400, 413]).toContain(answer.status);
      // maxRSS is in kilobytes; the most that an honest body of 64 MiB takes is about as much.
      expect(process.resourceUsage().maxRSS - before).toBeLessThan(1_000_000);
      await expectTaken(door, packer);
    },
    60_000,
  );

  test('bombs that come at once are unpacked a few at a time', async () => {
    const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024, ' '));
    const before = process.resourceUsage().maxRSS;
    const door = doors['OTLP logs in JSON']!;
    const answers = await Promise.all(Array.from({ length: 24 }, () => post(door, bomb, 'gzip')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(1_000_000);
    await expectTaken(door, 'gzip');
  }, 60_000);
});
