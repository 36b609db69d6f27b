import { randomBytes } from 'node:crypto';
import { compress } from 'snappyjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CustosError } from '../../base/errors.ts';
import { systemClock } from '../../base/clock.ts';
import { remoteWriteRoutes } from './routes-remote-write.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { field, staleBits, varint, writeRequest, writeRequest2 } from './test/protobuf-writer.ts';

let doors: Doors;
const open = (limits?: object): Promise<Doors> =>
  openDoors(
    ({ tally, intake }) => [remoteWriteRoutes({ samples: intake, tally, clock: systemClock, ...limits })],
    { labels: 10, length: 200, series: 50 },
  );
beforeEach(async () => {
  doors = await open();
});
afterEach(() => doors.stop());

const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
const send = (body: Buffer, more: Record<string, string> = {}): Promise<Response> =>
  doors.post('/api/v1/write', compress(body), { ...headers, ...more });
const now = Date.now();
const up = (instance: string) => ({ __name__: 'up', instance });

test('samples, their times and stale markers arrive as they were sent', async () => {
  const body = writeRequest([
    {
      labels: up('a'),
      samples: [
        [now - 15_000, 1],
        [now, 0.1],
      ],
    },
    { labels: up('b'), samples: [[now, staleBits]] },
    {
      labels: up('c'),
      samples: [
        [now, Number.NaN],
        [now + 1, -Infinity],
      ],
    },
  ]);
  const answer = await send(body);
  expect(answer.status).toBe(204);
  expect(doors.intake.kept).toEqual([
    { labels: up('a'), time: now - 15_000, value: 1 },
    { labels: up('a'), time: now, value: 0.1 },
    { labels: up('b'), time: now, value: 'stale' },
    { labels: up('c'), time: now, value: Number.NaN },
    { labels: up('c'), time: now + 1, value: -Infinity },
  ]);
  const [source] = doors.tally.sources();
  expect(source).toMatchObject({ door: 'remote-write', signal: 'metrics', name: 'User shop', accepted: 5 });
});

test('a known series is known by its bytes, and another one with the same start is another one', async () => {
  for (let round = 0; round < 3; round += 1) {
    await send(
      writeRequest([
        { labels: { __name__: 'a', x: '1' }, samples: [[now + round, round]] },
        { labels: { __name__: 'a', x: '12' }, samples: [[now + round, round * 10]] },
        { labels: { __name__: 'a', x: '1', y: '2' }, samples: [[now + round, round * 100]] },
      ]),
    );
  }
  expect(doors.intake.value({ __name__: 'a', x: '1' })).toBe(2);
  expect(doors.intake.value({ __name__: 'a', x: '12' })).toBe(20);
  expect(doors.intake.value({ __name__: 'a', x: '1', y: '2' })).toBe(200);
});

test('what is out of bounds is left out, named and counted; the rest is kept', async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`l${at}`, 'x']));
  const answer = await send(
    writeRequest([
      { labels: up('good'), samples: [[now, 1]] },
      { labels: { __name__: 'bomb', ...many }, samples: [[now, 1]] },
      {
        labels: { __name__: 'long', x: 'x'.repeat(300) },
        samples: [
          [now, 1],
          [now + 1, 1],
        ],
      },
      { labels: { __name__: 'bytes', x: Buffer.from([0xff, 0xfe]) }, samples: [[now, 1]] },
      { labels: up('future'), samples: [[now + 7_200_000, 1]] },
      { labels: up('native'), samples: [[now, 1]], histograms: 2 },
    ]),
  );
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(text).toContain('Native histograms');
  expect(text).toContain('too far ahead');
  expect(doors.intake.kept.map(({ labels }) => labels['instance'])).toEqual(['good', 'native']);
  const [source] = doors.tally.sources();
  expect(Object.fromEntries(source!.refusals.map(({ reason, count }) => [reason, count]))).toEqual({
    too_many_labels: 1,
    label_too_long: 2,
    not_utf8: 1,
    time_in_future: 1,
    unsupported: 2,
  });
});

test('new series beyond the bound are refused and known ones go on', async () => {
  const series = Array.from({ length: 60 }, (_, at) => ({
    labels: up(String(at)),
    samples: [[now, at] as const],
  }));
  expect((await send(writeRequest(series))).status).toBe(400);
  expect(doors.intake.kept).toHaveLength(50);
  doors.intake.clear();
  expect((await send(writeRequest(series.slice(0, 10)))).status).toBe(204);
  expect(doors.intake.kept).toHaveLength(10);
});

test('metadata is remembered', async () => {
  const entry = Buffer.concat([
    varint(8),
    varint(1),
    field(2, 'http_requests_total'),
    field(4, 'Requests.'),
    field(5, 'requests'),
  ]);
  expect((await send(field(3, entry))).status).toBe(204);
  expect(doors.intake.described.get('http_requests_total')).toEqual({
    name: 'http_requests_total',
    type: 'counter',
    help: 'Requests.',
    unit: 'requests',
  });
});

test('version 2 arrives with metadata and is told how much was written', async () => {
  const body = writeRequest2([
    { labels: { __name__: 'jobs_total', job: 'a' }, samples: [[now, 4]], type: 1, help: 'Jobs.' },
    { labels: { __name__: 'jobs_total', job: 'b' }, samples: [[now, staleBits]], histograms: 1 },
  ]);
  const answer = await send(body, {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
  });
  expect(answer.status).toBe(400);
  expect(answer.headers.get('x-prometheus-remote-write-samples-written')).toBe('2');
  expect(answer.headers.get('x-prometheus-remote-write-histograms-written')).toBe('0');
  expect(doors.intake.value({ __name__: 'jobs_total', job: 'a' })).toBe(4);
  expect(doors.intake.value({ __name__: 'jobs_total', job: 'b' })).toBe('stale');
  expect(doors.intake.described.get('jobs_total')).toMatchObject({ type: 'counter', help: 'Jobs.' });
});

test('a body of another kind is refused as plain text and counted, and keeps nothing', async () => {
  const good = writeRequest([{ labels: up('a'), samples: [[now, 1]] }]);
  const bodies: [string, Uint8Array, number][] = [
    ['empty', Buffer.alloc(0), 400],
    ['not snappy', Buffer.from('{"streams":[]}'), 400],
    ['truncated', compress(good).subarray(0, 12), 400],
    ['truncated inside', compress(good.subarray(0, good.length - 5)), 400],
    ['noise', compress(randomBytes(500)), 400],
  ];
  for (const [name, body, status] of bodies) {
    const answer = await doors.post('/api/v1/write', body, headers);
    expect([name, answer.status]).toEqual([name, status]);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(await answer.text()).not.toContain('    at ');
  }
  expect(doors.intake.kept).toEqual([]);
  expect(doors.tally.sources()[0]?.refusals[0]).toMatchObject({ reason: 'unreadable', count: 5 });
});

test('other content types and encodings are 415', async () => {
  const body = compress(writeRequest([{ labels: up('a'), samples: [[now, 1]] }]));
  const json = await doors.post('/api/v1/write', body, { ...headers, 'content-type': 'application/json' });
  expect(json.status).toBe(415);
  const gzip = await doors.post('/api/v1/write', body, { ...headers, 'content-encoding': 'gzip' });
  expect(gzip.status).toBe(415);
  const proto = await send(Buffer.alloc(3), { 'content-type': 'application/x-protobuf;proto=other.Request' });
  expect(proto.status).toBe(415);
});

test('a bomb is refused before memory is set aside for it', async () => {
  // Says that 4 GB follow, and then that 60 MB do in 20 bytes.
  for (const length of [4 * 1024 ** 3 - 1, 60 * 1024 * 1024]) {
    const answer = await doors.post(
      '/api/v1/write',
      Buffer.concat([varint(length), Buffer.alloc(20, 0xfe)]),
      headers,
    );
    expect([400, 413]).toContain(answer.status);
  }
  await doors.stop();
  doors = await open({ limits: { expandedBytes: 10_000, bodyBytes: 2_000 } });
  const zeros = await send(Buffer.alloc(20_000));
  expect(zeros.status).toBe(413);
  const long = await doors.post('/api/v1/write', randomBytes(5_000), headers);
  expect(long.status).toBe(413);
  expect(doors.tally.sources()[0]?.refusals).toMatchObject([{ reason: 'too_large', count: 2 }]);
});

test('a full spool is 503 with Retry-After, so that Prometheus comes again', async () => {
  doors.intake.failWith(new CustosError('spool_full', 'Full.', { status: 503, retryAfterSeconds: 30 }));
  const answer = await send(writeRequest([{ labels: up('a'), samples: [[now, 1]] }]));
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('30');
  expect(doors.tally.sources()[0]?.refusals[0]?.reason).toBe('spool_full');
});

test('a sender that brings too much waits, and another one does not', async () => {
  await doors.stop();
  doors = await open({ limits: { itemsPerSecond: 10, burstSeconds: 1 } });
  const body = writeRequest(
    Array.from({ length: 40 }, (_, at) => ({ labels: up(String(at)), samples: [[now, 1] as const] })),
  );
  expect((await send(body)).status).toBe(204);
  const second = await send(body);
  expect(second.status).toBe(429);
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect((await send(body, { authorization: 'Bearer other' })).status).toBe(204);
});

test('who may not send is told by the server itself, and no call leaves an audit record', async () => {
  const body = writeRequest([{ labels: up('a'), samples: [[now, 1]] }]);
  expect((await send(body, { authorization: 'Bearer unknown' })).status).toBe(401);
  expect((await send(body, { authorization: 'Bearer a=dashboard.read' })).status).toBe(403);
  const before = doors.server.audited.length;
  expect((await send(body)).status).toBe(204);
  expect(doors.server.audited).toHaveLength(before);
});

test('no sequence of bytes makes the door fail in another way than by its own error', async () => {
  const good = writeRequest([
    { labels: up('a'), samples: [[now, 1]] },
    { labels: { __name__: 'b', x: 'ü' }, samples: [[now, 2]] },
  ]);
  const good2 = writeRequest2([{ labels: up('a'), samples: [[now, 1]] }]);
  for (let round = 0; round < 150; round += 1) {
    const from = round % 2 === 0 ? good : good2;
    const body = Buffer.from(from.subarray(0, round % 3 === 0 ? (round * 7) % from.length : from.length));
    for (let flips = 0; flips < round % 5; flips += 1) {
      if (body.length > 0) body[(round * 31 + flips * 17) % body.length]! ^= 1 << (round % 8);
    }
    const answer = await send(body, {
      'content-type': `application/x-protobuf;proto=${round % 2 === 0 ? 'prometheus.WriteRequest' : 'io.prometheus.write.v2.Request'}`,
    });
    expect([204, 400, 413]).toContain(answer.status);
  }
});

test('series are told apart however their order changes from request to request', async () => {
  const labels = Array.from({ length: 12 }, (_, at) => ({ __name__: 'shuffled', at: String(at) }));
  for (let round = 0; round < 30; round += 1) {
    const order = labels.toSorted(
      (left, right) => ((Number(left.at) * 7 + round * 5) % 13) - ((Number(right.at) * 7 + round * 5) % 13),
    );
    const chosen = order.slice(0, 4 + (round % 9));
    doors.intake.clear();
    await send(
      writeRequest(
        chosen.map((one) => ({ labels: one, samples: [[now + round, Number(one.at) * 1000 + round]] })),
      ),
    );
    expect(doors.intake.kept.map((kept) => [kept.labels['at'], kept.value])).toEqual(
      chosen.map(({ at }) => [at, Number(at) * 1000 + round]),
    );
  }
});

test('a bomb is charged to its sender, who waits then', async () => {
  await doors.stop();
  doors = await open({ limits: { expandedBytes: 10_000, bytesPerSecond: 10_000, burstSeconds: 2 } });
  const statuses: number[] = [];
  for (let round = 0; round < 4; round += 1) statuses.push((await send(Buffer.alloc(20_000))).status);
  expect(statuses).toEqual([413, 413, 413, 429]);
});
