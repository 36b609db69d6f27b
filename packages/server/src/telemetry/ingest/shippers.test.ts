import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { lokiRoutes } from './routes-loki.ts';
import { ndjsonRoutes } from './routes-ndjson.ts';
import { createSyslog } from './syslog/service.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { createFakeRecords, type FakeRecords } from './test/fake-records.ts';
import { field, message, number } from './test/protobuf-writer.ts';

// What shippers that come in no npm package write on the wire, replayed from their documentation and source.

let doors: Doors;
let records: FakeRecords;
beforeEach(async () => {
  records = createFakeRecords();
  doors = await openDoors(({ tally }) => [
    lokiRoutes({ records, tally, clock: systemClock }),
    ndjsonRoutes({ records, tally, clock: systemClock }),
  ]);
});
afterEach(() => doors.stop());

const now = Date.now();
const nanos = `${now}123456`;

test('Fluent Bit, output loki: JSON with a tenant that is not asked for, and structured metadata', async () => {
  const line = JSON.stringify({ log: 'level=warn slow', stream: 'stderr' });
  const answer = await doors.post(
    '/loki/api/v1/push',
    JSON.stringify({
      streams: [
        {
          stream: { job: 'fluent-bit', host: 'web-1' },
          values: [[nanos, line, { trace_id: 'abc', pod: 'p-7' }]],
        },
      ],
    }),
    { 'content-type': 'application/json', 'user-agent': 'Fluent-Bit', 'x-scope-orgid': 'tenant-1' },
  );
  expect([answer.status, await answer.text()]).toEqual([204, '']);
  expect(records.kept).toMatchObject([
    {
      timeMs: now,
      severity: 'warn',
      service: 'fluent-bit',
      host: 'web-1',
      traceId: 'abc',
      message: 'level=warn slow',
      attributes: { stream: 'stderr', pod: 'p-7' },
    },
  ]);
});

test('Fluent Bit, output http: an array of records with `date` and `log`, and Kubernetes around them', async () => {
  const record = {
    date: now / 1000,
    log: 'ERROR payment failed\n',
    stream: 'stderr',
    kubernetes: { pod_name: 'shop-7', container_name: 'shop', host: 'node-3', labels: { app: 'shop' } },
  };
  const answer = await doors.post(
    '/api/v1/logs',
    JSON.stringify([record, { date: 'x', log: 'a\n', message: 'b' }]),
    {
      'content-type': 'application/json',
      'user-agent': 'Fluent-Bit',
    },
  );
  expect(await answer.json()).toMatchObject({ accepted: 2, refused: 0 });
  expect(records.kept).toMatchObject([
    {
      severity: 'error',
      service: 'shop',
      host: 'node-3',
      message: 'ERROR payment failed',
      attributes: { stream: 'stderr', 'kubernetes.pod_name': 'shop-7', 'kubernetes.labels.app': 'shop' },
    },
    { message: 'b', attributes: { log: 'a\n', date: 'x' } },
  ]);
  expect(Math.abs(records.kept[0]!.timeMs - now)).toBeLessThan(1);
  expect(records.kept[0]?.attributes).not.toHaveProperty('log');
});

test('Vector, sink http: newline-delimited JSON in gzip', async () => {
  const event = {
    host: 'web-1',
    message: 'GET /orders 200',
    source_type: 'file',
    file: '/var/log/shop.log',
    timestamp: new Date(now).toISOString().replace('Z', '123456Z'),
  };
  const body = gzipSync(`${JSON.stringify(event)}\n${JSON.stringify({ ...event, level: 'warn' })}\n`);
  const answer = await doors.post('/api/v1/logs?service=shop', body, {
    'content-type': 'application/x-ndjson',
    'content-encoding': 'gzip',
    'user-agent': 'Vector/0.40.0',
  });
  expect(answer.status).toBe(200);
  expect(records.kept).toMatchObject([
    { timeMs: now, service: 'shop', host: 'web-1', message: 'GET /orders 200', severity: 'info' },
    { severity: 'warn', attributes: { file: '/var/log/shop.log', source_type: 'file' } },
  ]);
});

test('promtail: protocol buffers in snappy, with the type of its content written as it does', async () => {
  const time = message(number(1, Math.floor(now / 1000)), number(2, (now % 1000) * 1e6));
  const entry = message(field(1, time), field(2, 'ts=1 level=error msg="no disk"'));
  const labels = String.raw`{filename="/var/log/a.log", job="varlogs", host="web-2"}`;
  const stream = field(1, message(field(1, labels), field(2, entry)));
  const answer = await doors.post('/loki/api/v1/push', compress(stream), {
    'content-type': 'application/x-protobuf; charset=binary',
    'user-agent': 'promtail/2.9.0',
    'x-scope-orgid': 'fake',
  });
  expect(answer.status).toBe(204);
  expect(records.kept).toMatchObject([
    {
      timeMs: now,
      severity: 'error',
      service: 'varlogs',
      host: 'web-2',
      attributes: { filename: '/var/log/a.log' },
    },
  ]);
});

test('a sender that waits to be asked for its body is asked, and its connection serves again', async () => {
  const { hostname, port } = new URL(doors.url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports: (number | undefined)[] = [];
  for (let round = 0; round < 3; round += 1) {
    const sent = request({
      hostname,
      port,
      agent,
      path: '/api/v1/logs',
      method: 'POST',
      headers: {
        authorization: 'Bearer shop',
        'content-type': 'application/x-ndjson; charset=utf-8',
        expect: '100-continue',
        'transfer-encoding': 'chunked',
      },
    });
    sent.flushHeaders();
    await once(sent, 'continue');
    const answered = once(sent, 'response');
    sent.end(`{"msg":"round ${round}"}\n`);
    const [reply] = (await answered) as [IncomingMessage];
    expect(reply.statusCode).toBe(200);
    ports.push(sent.socket?.localPort);
    await once(reply.resume(), 'end');
  }
  agent.destroy();
  expect(new Set(ports).size).toBe(1);
  expect(records.kept.map((one) => one.message)).toEqual(['round 0', 'round 1', 'round 2']);
});

const month = (at: Date): string => at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
const second = new Date(Math.floor(now / 1000) * 1000);
const iso = second.toISOString();
const stamp = `${month(second)} ${String(second.getUTCDate()).padStart(2)} ${iso.slice(11, 19)}`;
const zoned = `${new Date(second.getTime() + 3_600_000).toISOString().slice(0, 19)}.000000+01:00`;

test.each([
  [
    'rsyslog, RSYSLOG_SyslogProtocol23Format',
    `<34>1 ${zoned} web-1 sshd 812 - - Failed password`,
    'web-1',
    'sshd',
    'Failed password',
  ],
  [
    'rsyslog, RSYSLOG_ForwardFormat',
    `<34>${zoned} web-1 sshd[812]: Failed password`,
    'web-1',
    'sshd',
    'Failed password',
  ],
  [
    'rsyslog, RSYSLOG_TraditionalForwardFormat',
    `<34>${stamp} web-1 sshd[812]: Failed password`,
    'web-1',
    'sshd',
    'Failed password',
  ],
  [
    'Docker, syslog-format not given',
    `<30>${stamp} web-1 1f2e3d4c5b6a[812]: started`,
    'web-1',
    '1f2e3d4c5b6a',
    'started',
  ],
  [
    'Docker, to a local socket',
    `<30>${stamp} 1f2e3d4c5b6a[812]: started`,
    '127.0.0.1',
    '1f2e3d4c5b6a',
    'started',
  ],
  [
    'Docker, syslog-format=rfc3164',
    `<30>${stamp} web-1 shop/api[812]: started`,
    'web-1',
    'shop/api',
    'started',
  ],
  [
    'Docker, syslog-format=rfc5424',
    `<30>1 ${iso} web-1 shop/api 812 shop/api - started`,
    'web-1',
    'shop/api',
    'started',
  ],
  [
    'Docker, syslog-format=rfc5424micro',
    `<30>1 ${zoned} web-1 shop 812 shop - started`,
    'web-1',
    'shop',
    'started',
  ],
  [
    'syslog-ng, with its sequence',
    `<165>1 ${iso} web-1 app 812 - [meta sequenceId="7"] started`,
    'web-1',
    'app',
    'started',
  ],
])('%s is read, by line and by count', async (_name, ...given) => {
  const [text, host, service, said] = given;
  const syslog = createSyslog({
    listeners: [{ protocol: 'tcp', host: '127.0.0.1', port: 0, allow: ['127.0.0.1'] }],
    records,
    tally: doors.tally,
    clock: systemClock,
    log: silentLogger,
  });
  await syslog.start();
  const socket = connect(Number(new URL(syslog.addresses()[0]!).port), '127.0.0.1');
  socket.end(`${text}\n${Buffer.byteLength(text)} ${text}`);
  await eventually(() => records.kept.length === 2);
  await syslog.stop();
  for (const record of records.kept) {
    expect(record).toMatchObject({ host, service, message: said, timeMs: second.getTime() });
    expect(record.attributes).toMatchObject({ pid: '812' });
  }
});
