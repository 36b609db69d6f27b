import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { IncomingRecord, Source } from '../types.ts';
import { createLogs } from './service.ts';
import type { StoredRecord } from './types.ts';

const source: Source = { door: 'ndjson', signal: 'logs', name: 'shop token' };
const record = (more: Partial<IncomingRecord> = {}): IncomingRecord => ({
  timeMs: Date.now(),
  severity: 'info',
  service: 'shop',
  host: 'web-1',
  traceId: '',
  spanId: '',
  message: 'hello',
  attributes: {},
  ...more,
});

describe('on real columns', () => {
  const directory = temporaryDirectory();
  const columns: Columns = testColumns({ dataDirectory: directory.path });
  const seen: StoredRecord[] = [];
  const { intake, figures } = createLogs({
    columns,
    clock: systemClock,
    log: silentLogger,
    onAccepted: (records) => seen.push(...records),
  });
  beforeAll(async () => {
    await columns.start();
    await columns.ready();
  });
  afterAll(async () => {
    await columns.stop();
    directory.remove();
  });

  test('a record is kept with its fields, its category and its marks, under the name that was told', async () => {
    const timeMs = Date.now() - 1000;
    const acceptance = await intake.append(
      [
        record({
          timeMs: timeMs + 0.7,
          severity: 'error',
          traceId: '0AF7651916CD43DD8448EB211C80319C',
          spanId: 'b7ad6b7169203331',
          message: 'login of ann@example.com failed\nat "line" \\ 2 \u2028 ü \u0000',
          attributes: { 'user.password': 'x', n: '1', 'count.ann@example.com': '2', ümlaut: '\t' },
        }),
        record({ message: 'plain', service: '', host: '' }),
      ],
      source,
    );
    expect(acceptance).toEqual({ accepted: 2, refusals: [] });
    await columns.flush();
    const rows = await columns.query(
      `SELECT concat(spool_id, '-', toString(spool_row)) AS id, toUnixTimestamp64Milli(time) AS timeMs, category,
         severity, service, host, trace_id AS traceId, span_id AS spanId, message, attributes, masked
       FROM log_record ORDER BY time`,
    );
    expect(rows).toEqual(seen);
    expect(rows[0]).toMatchObject({
      timeMs,
      category: 'security',
      severity: 'error',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      message: 'login of [masked:email] failed\nat "line" \\ 2 \u2028 ü \u0000',
      attributes: { 'user.password': '[masked:secret]', n: '1', '[masked:email]': '2', ümlaut: '\t' },
      masked: ['email', 'secret'],
    });
    expect(Object.fromEntries(figures().masked)).toEqual({ email: 1, secret: 1 });
  });

  test('records of 150 days come through in one batch', async () => {
    const before = seen.length;
    const now = Date.now();
    const { accepted } = await intake.append(
      Array.from({ length: 150 }, (_, day) =>
        record({ timeMs: now - day * 86_400_000, category: 'audit', message: `day ${day}` }),
      ),
      source,
    );
    expect(accepted).toBe(150);
    await columns.flush();
    expect(await columns.query("SELECT count() AS n FROM log_record WHERE message LIKE 'day %'")).toEqual([
      { n: 150 },
    ]);
    expect(seen.length).toBe(before + 150);
  });
});

describe('bounds', () => {
  const clock = createManualClock();
  const kept: StoredRecord[] = [];
  const lines: string[] = [];
  const { intake } = createLogs({
    columns: {
      async insert(_table, rows) {
        lines.push(...(rows as readonly string[]));
        return { spoolId: '0123456789abcdef', firstRow: 5 };
      },
    },
    clock,
    log: silentLogger,
    onAccepted: (records) => kept.push(...records),
  });
  const one = async (more: Partial<IncomingRecord>): Promise<StoredRecord> => {
    kept.length = 0;
    lines.length = 0;
    await intake.append([record({ timeMs: clock.now(), ...more })], source);
    expect(kept).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      message: kept[0]!.message,
      attributes: kept[0]!.attributes,
    });
    return kept[0]!;
  };

  test('a long message is cut between characters and says so', async () => {
    const { message, attributes } = await one({ message: `x${'€'.repeat(40_000)}` });
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(65_536);
    expect(message.endsWith('€')).toBe(true);
    expect(attributes).toEqual({ 'custos.cut': 'message' });
  });

  test('fields beyond the 128th are left out, long names and values are cut', async () => {
    const { attributes } = await one({
      attributes: Object.fromEntries(
        Array.from({ length: 140 }, (_, index) => [
          `${index}-${'n'.repeat(300)}`,
          'v'.repeat(index < 9 ? 20_000 : 5),
        ]),
      ),
    });
    const names = Object.keys(attributes);
    expect(names).toHaveLength(129);
    expect(Math.max(...names.map((name) => name.length))).toBe(200);
    expect(Math.max(...Object.values(attributes).map((value) => value.length))).toBe(16_384);
    expect(attributes['custos.cut']).toContain('attribute names');
  });

  test('a secret that lies across the bound of a message leaves nothing behind', async () => {
    const { message, masked } = await one({ message: `${'x '.repeat(32_762)}4111111111111111 y` });
    expect(masked).toEqual(['card']);
    expect(message).not.toContain('4111');
  });

  test('halves of surrogate pairs are replaced', async () => {
    expect((await one({ message: 'a\ud800b', attributes: { 'k\udc00': '\ud800' } })).message).toBe(
      'a\ufffdb',
    );
  });

  test('ids of traces are normalised, and what is none is kept as a field', async () => {
    expect(await one({ traceId: 'ABCDEF0123456789', spanId: '0'.repeat(16) })).toMatchObject({
      traceId: '0000000000000000abcdef0123456789',
      spanId: '',
    });
    expect(await one({ traceId: 'order 5' })).toMatchObject({
      traceId: '',
      attributes: { trace_id: 'order 5' },
    });
  });

  test('records out of time are refused by reason, and the rest lands', async () => {
    kept.length = 0;
    const acceptance = await intake.append(
      [
        record({ timeMs: clock.now() + 3_600_000 }),
        record({ timeMs: clock.now() }),
        record({ timeMs: 0 }),
        record({ timeMs: Number.NaN }),
        record({ timeMs: Number.POSITIVE_INFINITY }),
      ],
      source,
    );
    expect(acceptance.accepted).toBe(1);
    expect(acceptance.refusals.map(({ reason, count }) => [reason, count])).toEqual([
      ['time_in_future', 2],
      ['time_too_old', 1],
      ['unreadable', 1],
    ]);
    expect(kept.map(({ id }) => id)).toEqual(['0123456789abcdef-5']);
  });

  test('a record that is too large with all its fields is refused alone', async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: 128 }, (_, index) => [`f${index}`, '\u0001'.repeat(16_000)]),
    );
    const acceptance = await intake.append(
      [record({ timeMs: clock.now(), attributes }), record({ timeMs: clock.now() })],
      source,
    );
    expect(acceptance).toMatchObject({ accepted: 1, refusals: [{ reason: 'too_large', count: 1 }] });
  });

  test('a full spool is told to the sender and nothing is told to listeners', async () => {
    const told: StoredRecord[] = [];
    const full = createLogs({
      columns: {
        insert: () => Promise.reject(new CustosError('spool_full', 'full', { status: 503 })),
      },
      clock,
      log: silentLogger,
      onAccepted: (records) => told.push(...records),
    });
    await expect(full.intake.append([record({ timeMs: clock.now() })], source)).rejects.toMatchObject({
      code: 'spool_full',
    });
    expect(told).toEqual([]);
  });
});
