import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { compress } from 'snappyjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { lokiLabels } from './loki-labels.ts';
import { lokiRoutes } from './routes-loki.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { createFakeRecords, type FakeRecords } from './test/fake-records.ts';
import { field, message, number } from './test/protobuf-writer.ts';

let doors: Doors;
let records: FakeRecords;
beforeEach(async () => {
  records = createFakeRecords();
  doors = await openDoors(({ tally }) => [lokiRoutes({ records, tally, clock: systemClock })]);
});
afterEach(() => doors.stop());

const path = '/loki/api/v1/push';
const now = Date.now();
const json = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  doors.post(path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const protobuf = (body: Buffer): Promise<Response> =>
  doors.post(path, compress(body), { 'content-type': 'application/x-protobuf' });

const stream = (labels: string, ...entries: readonly Buffer[]): Buffer =>
  field(1, message(field(1, labels), ...entries.map((entry) => field(2, entry)), number(3, 12345)));
const entry = (timeMs: number, line: string, metadata: Readonly<Record<string, string>> = {}): Buffer =>
  message(
    field(1, message(number(1, Math.floor(timeMs / 1000)), number(2, (timeMs % 1000) * 1e6))),
    field(2, line),
    ...Object.entries(metadata).map(([name, value]) => field(3, message(field(1, name), field(2, value)))),
  );

test('lines in JSON arrive with labels, metadata and the severity that they say', async () => {
  const answer = await json({
    streams: [
      {
        stream: { job: 'shop', host: 'web-1', env: 'prod' },
        values: [
          [`${now}000001`, 'level=warn msg="slow"'],
          [`${now + 1}000000`, 'plain', { trace_id: 'abc', user: '7', level: 'error' }],
          [`${now + 2}000000`, '{"level":"fatal","msg":"out of memory","n":1,"span_id":"s"}'],
        ],
      },
      { stream: { service_name: 'mail', detected_level: 'debug' }, values: [[`${now}000000`, 'x {"a":1}']] },
    ],
  });
  expect(answer.status).toBe(204);
  expect(records.kept.map((one) => ({ ...one, timeMs: Math.floor(one.timeMs) }))).toEqual([
    {
      timeMs: now,
      severity: 'warn',
      service: 'shop',
      host: 'web-1',
      traceId: '',
      spanId: '',
      message: 'level=warn msg="slow"',
      attributes: { job: 'shop', host: 'web-1', env: 'prod' },
    },
    expect.objectContaining({
      severity: 'error',
      traceId: 'abc',
      message: 'plain',
      attributes: { job: 'shop', host: 'web-1', env: 'prod', trace_id: 'abc', user: '7', level: 'error' },
    }),
    expect.objectContaining({
      timeMs: now + 2,
      severity: 'fatal',
      spanId: 's',
      message: 'out of memory',
      attributes: { job: 'shop', host: 'web-1', env: 'prod', n: '1' },
    }),
    expect.objectContaining({ service: 'mail', severity: 'debug', message: 'x {"a":1}' }),
  ]);
  expect(doors.tally.sources()).toMatchObject([{ door: 'loki', signal: 'logs', accepted: 4 }]);
});

test('the protobuf form says the same', async () => {
  const answer = await protobuf(
    message(
      stream(
        String.raw`{job="shop", path="C:\\logs", said="\"hi\"\n", raw=${'`a\\b`'}}`,
        entry(now, 'one', { trace_id: 'abc' }),
        entry(now + 5, 'two'),
      ),
      stream('{}', entry(now, 'three')),
    ),
  );
  expect(answer.status).toBe(204);
  expect(records.kept).toMatchObject([
    {
      timeMs: now,
      service: 'shop',
      message: 'one',
      traceId: 'abc',
      attributes: { path: String.raw`C:\logs`, said: '"hi"\n', raw: String.raw`a\b`, trace_id: 'abc' },
    },
    { timeMs: now + 5, message: 'two' },
    { service: '', message: 'three', attributes: {} },
  ]);
});

test('JSON may be compressed with gzip', async () => {
  const body = gzipSync(JSON.stringify({ streams: [{ stream: {}, values: [[`${now}000000`, 'a']] }] }));
  const answer = await doors.post(path, body, {
    'content-type': 'application/json; charset=utf-8',
    'content-encoding': 'gzip',
  });
  expect(answer.status).toBe(204);
  expect(records.kept).toHaveLength(1);
});

test('what is wrong with one entry or stream leaves it out, named and counted', async () => {
  const answer = await json({
    streams: [
      { stream: { a: '1' }, values: [[`${now}000000`, 'good'], ['soon', 'x'], [now, 'x'], 'x', [`${now}`]] },
      { values: [[`${now}000000`, 'x']] },
      7,
    ],
  });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('An entry is');
  expect(records.kept.map((one) => one.message)).toEqual(['good']);
  expect(doors.tally.sources()[0]).toMatchObject({ accepted: 1, refused: 6 });

  expect((await protobuf(stream('{}', field(2, 'no time')))).status).toBe(400);
});

test('a foreign, truncated or too large body is refused in plain text', async () => {
  const good = message(stream('{a="b"}', entry(now, 'x'.repeat(50))));
  for (const body of [Buffer.alloc(0), Buffer.from('{"streams":[]}'), compress(good).subarray(0, 20)]) {
    const answer = await doors.post(path, body, { 'content-type': 'application/x-protobuf' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/plain');
  }
  expect((await protobuf(good.subarray(0, good.length - 3))).status).toBe(400);
  expect((await protobuf(message(stream('job=shop', entry(now, 'x'))))).status).toBe(400);
  expect((await json({ other: 1 })).status).toBe(400);
  expect(
    (await doors.post(path, Buffer.from([0x22, 0xff, 0x22]), { 'content-type': 'application/json' })).status,
  ).toBe(400);
  expect((await doors.post(path, 'x', { 'content-type': 'text/plain' })).status).toBe(415);
  expect(records.kept).toEqual([]);
});

test('a full spool is 503 with Retry-After', async () => {
  records.failWith(new CustosError('spool_full', 'Full.', { status: 503, retryAfterSeconds: 30 }));
  const answer = await json({ streams: [{ stream: {}, values: [[`${now}000000`, 'a']] }] });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('30');
});

test('labels that are written as Go does are read as they were', () => {
  const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/).filter((text) => text !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'grapheme' })), (labels) => {
      const written = Object.entries(labels)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(', ');
      expect(lokiLabels(`{${written}}`)).toEqual({ ...labels });
    }),
  );
});
