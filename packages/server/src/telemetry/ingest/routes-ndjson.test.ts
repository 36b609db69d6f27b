import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { ndjsonRoutes } from './routes-ndjson.ts';
import { openDoors, type Doors } from './test/doors.ts';
import { createFakeRecords, type FakeRecords } from './test/fake-records.ts';

let doors: Doors;
let records: FakeRecords;
const open = (limits?: object): Promise<Doors> => {
  records = createFakeRecords();
  return openDoors(({ tally }) => [ndjsonRoutes({ records, tally, clock: systemClock, ...limits })]);
};
beforeEach(async () => {
  doors = await open();
});
afterEach(() => doors.stop());

const type = { 'content-type': 'application/x-ndjson' };
const send = (body: string | Uint8Array, more: Record<string, string> = {}): Promise<Response> =>
  doors.post('/api/v1/logs', body, { ...type, ...more });
const now = Date.now();

describe('what loggers write', () => {
  test('lines of a real pino logger keep their time, level, message, fields and errors', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace', name: 'shop' }, { write: (line) => lines.push(line) });
    logger.info({ order: { id: 7, items: ['a', 'b'] }, trace_id: 'abc', ok: true }, 'order %s', 'placed');
    logger.child({ part: 'mail' }).error(new TypeError('no server'));
    logger.trace('t');
    logger.fatal('f');
    expect((await send(lines.join(''))).status).toBe(200);
    expect(records.kept).toMatchObject([
      {
        severity: 'info',
        service: 'shop',
        message: 'order placed',
        traceId: 'abc',
        attributes: { 'order.id': '7', 'order.items': '["a","b"]', ok: 'true', pid: String(process.pid) },
      },
      {
        severity: 'error',
        message: 'no server',
        attributes: { part: 'mail', 'err.type': 'TypeError', 'err.message': 'no server' },
      },
      { severity: 'trace' },
      { severity: 'fatal' },
    ]);
    expect(Math.abs(records.kept[0]!.timeMs - now)).toBeLessThan(60_000);
    expect(records.kept[0]?.host).not.toBe('');
  });

  const iso = new Date(now).toISOString();
  test.each([
    ['winston', { level: 'warn', message: 'm', timestamp: iso, service: 's' }],
    ['bunyan', { name: 's', hostname: 'h', pid: 1, level: 40, msg: 'm', time: iso, v: 0 }],
    [
      'the Elastic Common Schema, nested',
      {
        '@timestamp': iso,
        log: { level: 'warning' },
        message: 'm',
        service: { name: 's' },
        host: { name: 'h' },
        trace: { id: 't' },
      },
    ],
    [
      'the Elastic Common Schema, flat',
      { '@timestamp': iso, 'log.level': 'WARN', message: 'm', 'service.name': 's' },
    ],
    ['zap', { level: 'warn', ts: now / 1000, msg: 'm', app: 's' }],
    ['slog', { time: iso.replace('Z', '123+00:00'), level: 'WARN', msg: 'm', service: 's' }],
    [
      'Python',
      { levelname: 'WARNING', message: 'm', timestamp: iso.replace('T', ' ').replace('Z', ''), service: 's' },
    ],
    ['GELF', { level: 4, short_message: 'm', timestamp: now / 1000, service: 's' }],
    ['nanoseconds', { severity: 'warning', body: 'm', time: `${now}000000`, service: 's' }],
  ])('%s', async (_name, line) => {
    expect(await (await send(`${JSON.stringify(line)}\n`)).json()).toEqual({
      accepted: 1,
      refused: 0,
      errors: [],
    });
    expect(records.kept).toMatchObject([{ severity: 'warn', message: 'm', service: 's' }]);
    expect(Math.abs(records.kept[0]!.timeMs - now)).toBeLessThan(1);
  });

  test('of two fields for the same part the first counts and the other stays a field', async () => {
    await send('{"msg":"a","message":"b","level":"strange","category":"audit","nothing":null}');
    expect(records.kept).toMatchObject([
      { message: 'a', severity: 'info', category: 'audit', attributes: { message: 'b', level: 'strange' } },
    ]);
  });

  test('a JSON array and plain lines are taken, too, and the address names their service', async () => {
    await send('[{"msg":"a"},{"msg":"b"}]', { 'content-type': 'application/json' });
    await doors.post('/api/v1/logs?service=cron&host=web-1', 'level=error first\n\n[WARN] second\r\n', {
      'content-type': 'text/plain',
    });
    expect(records.kept.map(({ message, severity, service }) => [message, severity, service])).toEqual([
      ['a', 'info', ''],
      ['b', 'info', ''],
      ['level=error first', 'error', 'cron'],
      ['[WARN] second', 'warn', 'cron'],
    ]);
  });
});

describe('what is wrong', () => {
  test('bad lines are named and the rest lands', async () => {
    const body = Buffer.concat([
      Buffer.from('{"msg":"1"}\n{"msg":\n\n[1]\n{"msg":"\n"}\n{"msg":"2","time":"soon"}\n'),
      Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
      Buffer.from('{"msg":"ü"}'),
    ]);
    const answer = await send(body);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      accepted: 2,
      refused: 6,
      errors: [
        { line: 2, reason: 'unreadable', message: 'The line is not JSON.', count: 1 },
        { line: 4, reason: 'unreadable', message: 'It is JSON, but no object.', count: 1 },
        { line: 5, reason: 'unreadable', message: 'The line is not JSON.', count: 1 },
        { line: 6, reason: 'unreadable', message: 'The line is not JSON.', count: 1 },
        { line: 8, reason: 'not_utf8', message: 'The line is not valid UTF-8.', count: 1 },
        { line: null, reason: 'unreadable', message: 'The time of a record is no time.', count: 1 },
      ],
    });
    expect(records.kept.map(({ message }) => message)).toEqual(['1', 'ü']);
    const [source] = doors.tally.sources();
    expect(source).toMatchObject({
      door: 'ndjson',
      signal: 'logs',
      name: 'User shop',
      accepted: 2,
      refused: 6,
    });
  });

  test('a body without a readable line is 400, and an empty one is nothing', async () => {
    const answer = await send('<html>\nhello');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed_request' });
    expect(await (await send('\n')).json()).toEqual({ accepted: 0, refused: 0, errors: [] });
  });

  test('compressed bodies are unpacked up to the bound, and a bomb is 413', async () => {
    expect((await send(gzipSync('{"msg":"a"}'), { 'content-encoding': 'gzip' })).status).toBe(200);
    expect((await send(zstdCompressSync('{"msg":"a"}'), { 'content-encoding': 'zstd' })).status).toBe(200);
    expect((await send(gzipSync('{"msg":"a"}').subarray(0, 20), { 'content-encoding': 'gzip' })).status).toBe(
      400,
    );
    expect((await send('x', { 'content-encoding': 'br' })).status).toBe(415);
    await doors.stop();
    doors = await open({ limits: { expandedBytes: 100_000 } });
    const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
    expect((await send(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect(doors.tally.sources()[0]?.refusals).toMatchObject([{ reason: 'too_large' }]);
  });

  test('a full spool is 503 with Retry-After', async () => {
    records.failWith(new CustosError('spool_full', 'Full.', { status: 503, retryAfterSeconds: 30 }));
    const answer = await send('{"msg":"a"}');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('30');
    expect(await answer.json()).toMatchObject({ code: 'spool_full' });
  });

  test('who may not send does not, and no call leaves an audit record', async () => {
    expect((await send('{}', { authorization: 'Bearer unknown' })).status).toBe(401);
    expect((await send('{}', { authorization: 'Bearer a=log.read' })).status).toBe(403);
    expect((await send('{}', { authorization: 'Bearer a=telemetry.ingest' })).status).toBe(200);
    expect(doors.server.audited.filter(({ outcome }) => outcome !== 'denied')).toEqual([]);
  });
});
