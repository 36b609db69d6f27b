import { compress } from 'snappyjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { lokiRoutes } from './routes-loki.ts';
import { ndjsonRoutes } from './routes-ndjson.ts';
import { otlpRoutes } from './routes-otlp.ts';
import { remoteWriteRoutes } from './routes-remote-write.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { createFakeRecords, type FakeRecords } from './test/fake-records.ts';
import { writeRequest } from './test/protobuf-writer.ts';

let doors: Doors;
let records: FakeRecords;
const open = (limits = {}): Promise<Doors> =>
  openDoors(({ tally, intake }) => {
    const door = { tally, clock: systemClock, limits };
    const spans = { append: async () => records.append([], { door: 'otlp', signal: 'traces', name: '' }) };
    return [
      remoteWriteRoutes({ ...door, samples: intake }),
      otlpRoutes({ ...door, samples: intake, records, spans }),
      lokiRoutes({ ...door, records }),
      ndjsonRoutes({ ...door, records }),
    ];
  });
beforeEach(async () => {
  records = createFakeRecords();
  doors = await open();
});
afterEach(() => doors.stop());

const json = 'application/json';
const protobuf = 'application/x-protobuf';
const nanos = `${Date.now()}000000`;
const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const point = { timeUnixNano: nanos, asDouble: 1 };
const bodies: readonly (readonly [string, string, string | Uint8Array])[] = [
  [
    '/api/v1/write',
    protobuf,
    compress(writeRequest([{ labels: { __name__: 'a' }, samples: [[Date.now(), 1]] }])),
  ],
  [
    '/v1/metrics',
    json,
    JSON.stringify({
      resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'a', gauge: { dataPoints: [point] } }] }] }],
    }),
  ],
  ['/v1/logs', json, JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [{}] }] }] })],
  [
    '/v1/traces',
    json,
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, startTimeUnixNano: nanos }] }] }] }),
  ],
  ['/loki/api/v1/push', json, JSON.stringify({ streams: [{ stream: {}, values: [[nanos, 'a']] }] })],
  ['/api/v1/logs', 'application/x-ndjson', '{"msg":"a"}\n'],
];

describe.each(bodies)('%s', (path, type, body) => {
  const send = (more: Record<string, string> = {}) =>
    doors.post(path, body, { 'content-type': type, ...more });

  test('a spool that is full or fails is 503, and says when to come again', async () => {
    for (const [code, seconds] of [
      ['spool_full', 12.2],
      ['spool_failed', undefined],
    ] as const) {
      const options = seconds === undefined ? {} : { retryAfterSeconds: seconds };
      const error = new CustosError(code, 'Not now.', { status: 503, ...options });
      doors.intake.failWith(error);
      records.failWith(error);
      const answer = await send();
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([
        503,
        seconds === undefined ? '10' : '13',
      ]);
    }
    doors.intake.failWith(undefined);
    records.failWith(undefined);
    expect((await send()).ok).toBe(true);
  });

  test('a sender that brings too much is 429, and told when to come again', async () => {
    await doors.stop();
    doors = await open({ bytesPerSecond: 1, burstSeconds: 1 });
    expect((await send()).ok).toBe(true);
    const answer = await send();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  });

  test('who may not send is told so in the words of the protocol', async () => {
    for (const [token, status, code] of [
      ['unknown', 401, 16],
      ['a=dashboard.read', 403, 7],
    ] as const) {
      const answer = await send({ authorization: `Bearer ${token}` });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('www-authenticate') === null).toBe(status === 403);
      const text = await answer.text();
      if (path.startsWith('/v1/')) {
        expect(JSON.parse(text)).toEqual({ code, message: expect.any(String) as string });
      } else if (path !== '/api/v1/logs') expect(answer.headers.get('content-type')).toContain('text/plain');
    }
    expect(doors.tally.sources()).toEqual([]);
  });

  test('the type of the content may come in capitals and with parameters', async () => {
    expect((await send({ 'content-type': `${type.toUpperCase()}; charset=UTF-8` })).ok).toBe(true);
  });
});
