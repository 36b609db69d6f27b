import type { TraceDetailView, TraceSummaryView } from '@custos/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createTestServer, type TestServer } from '../../../test/http-server.ts';
import { keepRecords, logRecord } from '../../../test/log-records.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import type { State } from '../../storage/state/state.ts';
import { createLogSearch } from '../search/service.ts';
import type { IncomingSpan } from '../types.ts';
import { createTraces } from './intake.ts';
import { createTraceReading } from './reading.ts';
import { traceRoutes } from './routes.ts';

const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
let state: State;
let server: TestServer;
let address: string;
const startMs = Date.now() - 600_000;
const idOf = (number: number): string => number.toString(16).padStart(32, 'a');
const spanId = (number: number): string => number.toString(16).padStart(16, 'b');

function span(trace: number, number: number, change: Partial<IncomingSpan> = {}): IncomingSpan {
  return {
    traceId: idOf(trace),
    spanId: spanId(number),
    parentSpanId: number === 0 ? '' : spanId(0),
    name: number === 0 ? 'GET /checkout' : `step ${number}`,
    kind: number === 0 ? 'server' : 'internal',
    service: number === 0 ? 'web' : 'api',
    host: 'host-1',
    startUs: (startMs + trace * 1000) * 1000 + number * 250,
    durationUs: 1_000,
    status: 'unset',
    statusMessage: '',
    attributes: {},
    events: [],
    ...change,
  };
}

beforeAll(async () => {
  state = await openState({
    url: `sqlite:${directory.path}/state.sqlite`,
    clock: systemClock,
    log: silentLogger,
  });
  const search = createLogSearch({ columns, state, clock: systemClock });
  server = await createTestServer();
  await server.app.register(traceRoutes(createTraceReading({ columns, search, clock: systemClock })));
  address = await server.listen({ host: '127.0.0.1', port: 0 });
  await columns.start();
  await columns.ready();
  const { intake } = createTraces({ columns, clock: systemClock, log: silentLogger });
  const many = Array.from({ length: 30 }, (_, trace) => [
    span(trace, 0, { durationUs: 1_000 * (trace + 1) }),
    span(trace, 1, { status: trace % 10 === 0 ? 'error' : 'ok' }),
  ]).flat();
  const source = { door: 'otlp', signal: 'traces', name: 'test' } as const;
  const { refusals } = await intake.append(
    [
      ...many,
      span(500, 1, { name: 'orphan', startUs: (startMs - 5_000) * 1000 }),
      span(501, 0, { startUs: (startMs - 9_000) * 1000, attributes: { client: '203.0.113.9' } }),
      span(501, 2, {
        startUs: (startMs - 9_000) * 1000 + 300,
        durationUs: 4_000,
        status: 'error',
        statusMessage: 'refused by 203.0.113.9',
        events: [
          { name: 'retry', timeUs: (startMs - 9_000) * 1000 + 350, attributes: { peer: '203.0.113.9' } },
        ],
      }),
    ],
    source,
  );
  expect(refusals).toEqual([]);
  await keepRecords(columns, [
    logRecord({ timeMs: startMs - 8_999, traceId: idOf(501), message: 'second' }),
    logRecord({ timeMs: startMs - 9_001, traceId: idOf(501), message: 'first' }),
    logRecord({ timeMs: startMs - 9_000, traceId: idOf(3), message: 'of another' }),
  ]);
});
afterAll(async () => {
  await server.stop(500);
  await columns.stop();
  await state.close();
  directory.remove();
});

async function get<Body>(path: string, who = 'root'): Promise<Body> {
  const reply = await fetch(`${address}/api/v1/traces${path}`, {
    headers: { authorization: `Bearer ${who}` },
  });
  expect(reply.status).toBe(200);
  return (await reply.json()) as Body;
}
interface Listed {
  readonly items: TraceSummaryView[];
  readonly nextCursor: string | null;
}

test('traces are listed latest first, page by page, each once', async () => {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Listed = await get<Listed>(`?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    ids.push(...page.items.map(({ traceId }) => traceId));
    cursor = page.nextCursor;
  }
  expect(ids).toEqual([...Array.from({ length: 30 }, (_, index) => idOf(29 - index)), idOf(500), idOf(501)]);
});

test('a trace is called by its root, or by its earliest span when the root is missing', async () => {
  const { items } = await get<Listed>('?limit=50');
  expect(items[0]).toMatchObject({
    name: 'GET /checkout',
    service: 'web',
    spans: 2,
    errors: 0,
    durationUs: 30_000,
  });
  expect(items.find(({ traceId }) => traceId === idOf(500))).toMatchObject({
    name: 'orphan',
    service: 'api',
    spans: 1,
  });
});

test('traces are found by service, name, length and errors', async () => {
  const count = async (query: string): Promise<number> =>
    (await get<Listed>(`?limit=100&${query}`)).items.length;
  expect(await count('service=web')).toBe(31);
  expect(await count('service=web&name=orphan')).toBe(0);
  expect(await count('name=orphan')).toBe(1);
  expect(await count('minDurationMs=25')).toBe(6);
  expect(await count('errorsOnly=true')).toBe(4);
  expect(await count(`to=${new Date(startMs - 6_000).toISOString()}`)).toBe(1);
});

test('a trace is shown with its spans in order, their places in it, and its log records', async () => {
  const trace = await get<TraceDetailView>(`/${idOf(501)}`);
  expect(trace).toMatchObject({ durationUs: 4_300, services: ['web', 'api'], truncated: false });
  expect(trace.spans).toMatchObject([
    { spanId: spanId(0), parentSpanId: null, offsetUs: 0, kind: 'server' },
    {
      spanId: spanId(2),
      parentSpanId: spanId(0),
      offsetUs: 300,
      durationUs: 4_000,
      status: 'error',
      events: [{ name: 'retry', offsetUs: 350 }],
    },
  ]);
  expect(trace.logs.map(({ message }) => message)).toEqual(['first', 'second']);
});

test('a trace that is not there is not found, and personal data in one is masked', async () => {
  for (const id of [idOf(999), 'x', "' OR 1=1"]) {
    const reply = await fetch(`${address}/api/v1/traces/${encodeURIComponent(id)}`, {
      headers: { authorization: 'Bearer root' },
    });
    expect(reply.status).toBe(404);
  }
  const text = JSON.stringify(await get(`/${idOf(501)}`, 'reader=log.read'));
  expect(text).not.toContain('203.0.113.9');
  expect(text).toContain('refused by 203.0.x.x');
});
