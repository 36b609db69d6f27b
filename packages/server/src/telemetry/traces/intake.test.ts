import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { IncomingSpan, Source } from '../types.ts';
import { createTraces } from './intake.ts';

const source: Source = { door: 'otlp', signal: 'traces', name: 'shop token' };
const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
const { intake } = createTraces({ columns, clock: systemClock, log: silentLogger });
beforeAll(async () => {
  await columns.start();
  await columns.ready();
});
afterAll(async () => {
  await columns.stop();
  directory.remove();
});

const span = (more: Partial<IncomingSpan> = {}): IncomingSpan => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '',
  name: 'GET /orders',
  kind: 'server',
  service: 'shop',
  host: 'web-1',
  startUs: Date.now() * 1000,
  durationUs: 1500,
  status: 'ok',
  statusMessage: '',
  attributes: {},
  events: [],
  ...more,
});

test('a span is kept with all its fields, and what may not be kept is masked', async () => {
  const startUs = Date.now() * 1000 + 123;
  const acceptance = await intake.append(
    [
      span({
        startUs,
        parentSpanId: '00F067AA0BA902B7',
        status: 'error',
        statusMessage: 'no mail to ann@example.com',
        attributes: { 'db.statement': 'SELECT 1', 'http.request.header.authorization': 'x' },
        events: [
          { name: 'exception', timeUs: startUs + 5, attributes: { message: 'card 4111111111111111' } },
        ],
      }),
    ],
    source,
  );
  expect(acceptance).toEqual({ accepted: 1, refusals: [] });
  await columns.flush();
  expect(
    await columns.query(
      `SELECT toUnixTimestamp64Micro(time) AS startUs, trace_id, span_id, parent_span_id, name, kind, service, host,
         duration_us, status, status_message, attributes, events FROM span`,
    ),
  ).toEqual([
    {
      startUs,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      parent_span_id: '00f067aa0ba902b7',
      name: 'GET /orders',
      kind: 'server',
      service: 'shop',
      host: 'web-1',
      duration_us: 1500,
      status: 'error',
      status_message: 'no mail to [masked:email]',
      attributes: { 'db.statement': 'SELECT 1', 'http.request.header.authorization': '[masked:secret]' },
      events: JSON.stringify([
        { name: 'exception', timeUs: startUs + 5, attributes: { message: 'card [masked:card]' } },
      ]),
    },
  ]);
});

test('spans that nobody could find or place are refused by reason, and the rest lands', async () => {
  const { accepted, refusals } = await intake.append(
    [
      span({ traceId: '' }),
      span({ spanId: 'no' }),
      span({ durationUs: -1 }),
      span({ startUs: Date.now() * 1000 + 3_600_000_000 }),
      span({ startUs: 5 }),
      span({ attributes: { long: '\u0001'.repeat(10_000) } }),
    ],
    source,
  );
  expect(accepted).toBe(1);
  expect(refusals.map(({ reason, count }) => [reason, count])).toEqual([
    ['unreadable', 3],
    ['time_in_future', 1],
    ['time_too_old', 1],
  ]);
});
