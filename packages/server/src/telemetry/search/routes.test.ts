import { setTimeout as delay } from 'node:timers/promises';
import type { LogRecordView } from '@custos/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { canariesIn } from '../../../test/canaries.ts';
import { temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { createTestServer, identityOf, type TestServer } from '../../../test/http-server.ts';
import { keepRecords, logRecord } from '../../../test/log-records.ts';
import type { AuditEvent } from '../../audit/types.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import type { State } from '../../storage/state/state.ts';
import type { StoredRecord } from '../logs/types.ts';
import { viewOf } from './place.ts';
import { logSearchRoutes } from './routes.ts';
import type { SignedIn } from './routes-tail.ts';
import { createLogSearch, type LogSearch } from './service.ts';
import { createTailStreams, type TailStreams } from './tail-streams.ts';

const directory = temporaryDirectory();
const columns = testColumns({ dataDirectory: directory.path });
const recorded: AuditEvent[] = [];
let auditAway = false;
const gone = new Set<string>();
let state: State;
let search: LogSearch;
let streams: TailStreams<SignedIn>;
let server: TestServer;
let address: string;
let records: StoredRecord[];
const now = Date.now();

const canaries = {
  email: 'mallory.canary@example.org',
  phone: '+44 20 7946 0123',
  ip: '203.0.113.77',
  wallet: '0x52908400098527886E0F7030069857D2E4169EE7',
  card: '4111 1111 1111 1111',
  name: 'Mallory Canary',
};
const texts = Object.values(canaries);

beforeAll(async () => {
  state = await openState({
    url: `sqlite:${directory.path}/state.sqlite`,
    clock: systemClock,
    log: silentLogger,
  });
  search = createLogSearch({ columns, state, clock: systemClock });
  streams = createTailStreams<SignedIn>({
    tail: search.tail,
    clock: systemClock,
    log: silentLogger,
    recheck: async (identity) => (gone.has(identity.userId) ? undefined : identity),
  });
  server = await createTestServer();
  const audit = {
    append: async (event: AuditEvent) => {
      if (auditAway) throw new Error('the audit log is away');
      recorded.push(event);
    },
  };
  await server.app.register(logSearchRoutes({ search, streams, audit }));
  address = await server.listen({ host: '127.0.0.1', port: 0 });
  await columns.start();
  await columns.ready();
  records = await keepRecords(columns, [
    ...Array.from({ length: 120 }, (_, index) =>
      logRecord({
        timeMs: now - 60_000 - index * 1000,
        severity: index % 2 === 0 ? 'error' : 'info',
        message: `order ${index} paid`,
        attributes: { nr: String(index) },
      }),
    ),
    logRecord({
      timeMs: now - 30_000,
      service: 'pay',
      host: canaries.ip,
      message: `failed for ${canaries.email} (${canaries.phone}) from ${canaries.ip} with ${canaries.card} to ${canaries.wallet}`,
      attributes: {
        'user.name': canaries.name,
        contact: canaries.email,
        client: canaries.ip,
        formula: '=HYPERLINK("http://x")',
      },
    }),
  ]);
});
afterAll(async () => {
  streams.close();
  await server.stop(500);
  await columns.stop();
  await state.close();
  directory.remove();
});

const call = (path: string, who = 'root', init: RequestInit = {}): Promise<Response> =>
  fetch(`${address}/api/v1/${path}`, {
    ...init,
    headers: {
      authorization: `Bearer ${who}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  });
const get = async <Body>(path: string, who?: string): Promise<Body> => {
  const reply = await call(path, who);
  expect(reply.status).toBe(200);
  return (await reply.json()) as Body;
};
const post = (path: string, body: unknown, who?: string): Promise<Response> =>
  call(path, who, { method: 'POST', body: JSON.stringify(body) });
const reader = 'reader=log.read';

test('a search is paged to its end', async () => {
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: { items: LogRecordView[]; nextCursor: string | null } = await get(
      `logs?query=level:error&limit=25${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  expect(ids).toEqual(records.filter(({ severity }) => severity === 'error').map((one) => viewOf(one).id));
});

test('what is wrong with a search is told with its place', async () => {
  const reply = await call('logs?query=level:error%20duration:%3Efast', reader);
  expect(reply.status).toBe(422);
  expect(await reply.json()).toMatchObject({
    code: 'invalid_input',
    errors: [{ field: 'query', message: 'at character 23: only numbers can be compared here' }],
  });
});

test('a cursor that was made up moves to some place or is refused, and is no error of ours', async () => {
  for (const key of [
    [now, 'x', -5],
    [-5, '', 0],
    [2 ** 53 - 1, 'ffff', 2 ** 53 - 1],
    [1.5, '', 0],
    ['a'],
    5,
  ]) {
    const cursor = Buffer.from(JSON.stringify(key)).toString('base64url');
    for (const order of ['newest', 'oldest'])
      expect([200, 422]).toContain((await call(`logs?cursor=${cursor}&order=${order}`, reader)).status);
  }
});

test(
  'whatever is asked is answered or refused, and never an error of ours',
  { timeout: 120_000 },
  async () => {
    const odd = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.constantFrom(
        '',
        '\u0000',
        '*',
        'level:',
        '%',
        "x'",
        '`',
        '{',
        'nr',
        'attributes.',
        '_exists_',
        'time',
        'masked',
        '\\',
      ),
    );
    const searched = fc.oneof(
      odd,
      fc.constantFrom(
        'level:>info nr:>5',
        '/a.*b/i',
        'time:>now-5m',
        '-(a OR "b")',
        'masked:*',
        '/(x{1,100}){1,9}/',
        'ÄÖ',
      ),
    );
    const instant = fc.oneof(
      fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
        .map((date) => date.toISOString()),
      fc.constantFrom('0000-01-01T00:00:00Z', new Date(now).toISOString(), 'now'),
    );
    const parameters = fc.record(
      {
        query: searched,
        from: instant,
        to: instant,
        category: fc.constantFrom('security', 'application', 'other'),
        cursor: odd,
        limit: fc.constantFrom('1', '500', '0', 'x'),
        order: fc.constantFrom('newest', 'oldest', 'x'),
        buckets: fc.constantFrom('1', '500', '501'),
        field: odd,
        prefix: odd,
        format: fc.constantFrom('csv', 'ndjson'),
      },
      { requiredKeys: [] },
    );
    const path = fc.constantFrom('', '/histogram', '/fields', '/values', '/patterns', '/export', '/searches');
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(path, parameters, async (where, given) => {
        const asked = new URLSearchParams(given as Record<string, string>);
        const reply = await call(`logs${where}?${asked}`, 'prober');
        await reply.arrayBuffer();
        if (reply.status === 200) answered += 1;
        // 429: this property asks for more exports than a person may.
        expect([200, 422, 429]).toContain(reply.status);
      }),
      { numRuns: 300 },
    );
    expect(answered).toBeGreaterThan(20);
  },
);

test('every way of looking at logs answers in the form of the contract', async () => {
  const id = viewOf(records[5] as StoredRecord).id;
  expect(await get(`logs/${id}`, reader)).toMatchObject({ message: 'order 5 paid', traceId: null });
  const around = await get<{ before: unknown[]; after: unknown[] }>(`logs/${id}/around`, reader);
  expect([around.before.length, around.after.length]).toEqual([20, 5]);
  expect(await get('logs/histogram?buckets=10', reader)).toMatchObject({ total: 121 });
  expect(await get('logs/fields?prefix=n', reader)).toMatchObject({ fields: [{ name: 'nr', records: 120 }] });
  expect(await get('logs/values?field=service', reader)).toMatchObject({
    values: [
      { value: 'api', records: 120 },
      { value: 'pay', records: 1 },
    ],
  });
  expect(await get('logs/patterns?query=paid', reader)).toMatchObject({
    sampled: 120,
    patterns: [
      {
        shape: 'order <*> paid',
        count: 120,
        services: ['api'],
        query: String.raw`message:/^\s*order\s+\S+\s+paid\s*$/`,
      },
    ],
  });
  expect((await call('logs/nothing', reader)).status).toBe(404);
});

test('personal data in logs leaves only to those who may see it', async () => {
  const paths = [
    'logs?limit=500',
    'logs?query=service:pay',
    `logs/${viewOf(records.at(-1) as StoredRecord).id}`,
    'logs/patterns',
    'logs/patterns?query=service:pay',
    'logs/values?field=contact',
    'logs/values?field=client',
    'logs/values?field=host',
    'logs/values?field=user.name',
    'logs/values?field=message',
    'logs/histogram',
    'logs/fields',
    `logs/${viewOf(records[0] as StoredRecord).id}/around`,
  ];
  for (const path of paths) {
    const body = Buffer.from(await (await call(path, reader)).arrayBuffer());
    expect(canariesIn(path, body, texts)).toEqual([]);
  }
  for (const format of ['csv', 'ndjson']) {
    const reply = await call(`logs/export?format=${format}`, 'someone=log.read/data.export');
    const body = Buffer.from(await reply.arrayBuffer());
    expect(body.length).toBeGreaterThan(5_000);
    expect(canariesIn(format, body, texts)).toEqual([]);
  }
  const seen = Buffer.from(await (await call('logs?query=service:pay')).arrayBuffer());
  expect(texts.filter((text) => !seen.includes(text))).toEqual([]);
});

test('a masked record still says what happened', async () => {
  const { items } = await get<{ items: LogRecordView[] }>('logs?query=service:pay', reader);
  expect(items[0]).toMatchObject({
    message: 'failed for m***@example.org (+** ** **** **23) from 203.0.x.x with [masked:card] to 0x***9EE7',
    attributes: { 'user.name': 'M*** C***', contact: 'm***@example.org', client: '203.0.x.x' },
  });
});

test('an export is a file, is on record before it leaves, and holds no formula', async () => {
  recorded.length = 0;
  const csv = await call('logs/export?format=csv&query=service:pay');
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename="logs.csv"');
  const lines = (await csv.text()).split('\r\n');
  expect(lines[0]).toBe('time,category,severity,service,host,trace_id,span_id,message,attributes,masked');
  expect(lines.length).toBe(3);
  expect(recorded).toMatchObject([
    {
      action: 'log.export',
      type: 'data.export',
      details: { resource: 'logs', format: 'csv', recordCount: 1 },
    },
  ]);
  const ndjson = (await (await call('logs/export?query=level:error')).text()).trimEnd().split('\n');
  expect(ndjson.map((line) => (JSON.parse(line) as LogRecordView).id)).toEqual(
    records.filter(({ severity }) => severity === 'error').map((one) => viewOf(one).id),
  );
  expect((await call('logs/export', 'someone=data.export')).status).toBe(403);
  expect((await call('logs/export', reader)).status).toBe(403);
  auditAway = true;
  const refused = await call('logs/export');
  auditAway = false;
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
    503,
    'audit_unavailable',
  ]);
});

test('SQL is on record with its text, and only for those who may see personal data', async () => {
  recorded.length = 0;
  const sql = 'SELECT count() AS n FROM log_record';
  const reply = await post('logs/sql', { sql });
  expect(await reply.json()).toMatchObject({
    columns: [{ name: 'n', type: 'UInt64' }],
    rows: [[121]],
    truncated: false,
  });
  expect(recorded).toMatchObject([
    { action: 'log.query', outcome: 'attempted', details: { query: sql } },
    { action: 'log.query', outcome: 'succeeded', details: { query: sql, recordCount: 1 } },
  ]);
  expect((await post('logs/sql', { sql }, 'half=log.sql/log.read')).status).toBe(403);
  expect((await post('logs/sql', { sql }, reader)).status).toBe(403);
  const refused = await post('logs/sql', { sql: 'SELECT * FROM audit_event' });
  expect([refused.status, await refused.json()]).toMatchObject([
    422,
    { code: 'invalid_input', errors: [{ field: 'sql' }] },
  ]);
  auditAway = true;
  expect((await post('logs/sql', { sql })).status).toBe(503);
  auditAway = false;
});

test('searches are kept by those who may, and shown to those who may read logs', async () => {
  const input = {
    name: 'Errors',
    shared: true,
    query: 'level:error',
    categories: ['application'],
    columns: ['nr'],
  };
  const made = await post('logs/searches', input, 'ann=log.read/dashboard.edit');
  expect(made.status).toBe(201);
  const { id } = (await made.json()) as { id: string };
  expect(await get('logs/searches', reader)).toMatchObject({ searches: [{ ...input, id, own: false }] });
  expect((await post('logs/searches', input, reader)).status).toBe(403);
  const bad = await post(
    'logs/searches',
    { ...input, name: 'Bad', query: '(' },
    'ann=log.read/dashboard.edit',
  );
  expect(bad.status).toBe(422);
  const put = (who: string) =>
    call(`logs/searches/${id}`, who, { method: 'PUT', body: JSON.stringify({ ...input, shared: false }) });
  expect((await put('bob=dashboard.edit')).status).toBe(404);
  expect((await put('ann=dashboard.edit')).status).toBe(200);
  expect(await get('logs/searches', reader)).toEqual({ searches: [] });
  expect((await call(`logs/searches/${id}`, 'ann=dashboard.edit', { method: 'DELETE' })).status).toBe(200);
});

/** Reads a live tail until `wanted` appears, it ends, or 5 s have passed. */
async function tailed(reply: Response, wanted: string): Promise<{ text: string; ended: boolean }> {
  const stream = reply.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const deadline = delay(5_000).then(() => 'late' as const);
  while (stream !== undefined && !text.includes(wanted)) {
    const read = await Promise.race([stream.read(), deadline]);
    if (read === 'late') break;
    if (read.done) return { text, ended: true };
    text += decoder.decode(read.value as Uint8Array, { stream: true });
  }
  await stream?.cancel();
  return { text, ended: false };
}
const accepted = (record: Partial<StoredRecord>): StoredRecord => ({ ...logRecord(record), id: 'abc-1' });
const watching = async (count: number): Promise<void> => {
  for (let turn = 0; turn < 200 && search.tail.viewers !== count; turn += 1) await delay(20);
  expect(search.tail.viewers).toBe(count);
};

test('the live tail shows what fits as it comes, masked for those who may not see it', async () => {
  const reply = await call('logs/tail?query=level:error', reader);
  expect(reply.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  search.tail.push([
    accepted({ message: 'not wanted' }),
    accepted({ severity: 'error', message: `no money of ${canaries.email}`, timeMs: now }),
    accepted({ severity: 'error', message: 'END' }),
  ]);
  const { text } = await tailed(reply, 'END');
  expect(text).not.toContain('not wanted');
  expect(text).toContain(
    `event: record\ndata: {"id":"${now.toString(36)}-abc-1","time":"${new Date(now).toISOString()}"`,
  );
  expect(text).toContain('no money of m***@example.org');
  await watching(0);
  expect((await call('logs/tail', 'other=alert.read')).status).toBe(403);
  expect((await call('logs/tail?query=level:', reader)).status).toBe(422);
});

test('a tail that does not keep up is told how much it missed', async () => {
  const reply = await call('logs/tail');
  search.tail.push(Array.from({ length: 1_700 }, (_, index) => accepted({ message: `line ${index}` })));
  const { text } = await tailed(reply, 'skipped');
  expect(text.match(/event: record/g)?.length).toBe(500);
  expect(text).toContain('event: skipped\ndata: {"records":1200}\n\n');
  await watching(0);
});

test('a tail ends with the right to watch it', async () => {
  const reply = await call('logs/tail', 'leaver=log.read');
  await watching(1);
  streams.disconnect(({ userId }) => userId === 'leaver');
  expect((await tailed(reply, 'never')).ended).toBe(true);
  expect(search.tail.viewers).toBe(0);
});

test('a tail whose session has ended is closed at the next look', async () => {
  const written: string[] = [];
  let ended = false;
  let waited = 0;
  const clock = {
    ...systemClock,
    monotonic: () => waited,
    sleep: async () => void (await delay(1), (waited += 5_000)),
  };
  const own = createTailStreams<SignedIn>({
    tail: search.tail,
    clock,
    log: silentLogger,
    recheck: async (identity) => (gone.has(identity.userId) ? undefined : identity),
  });
  own.open({
    identity: identityOf('ghost', ['log.read']),
    address: '127.0.0.1',
    search: { kind: 'all' },
    sink: { write: (text) => void written.push(text), unread: () => 0, end: () => void (ended = true) },
  });
  while (!written.includes(': alive\n\n')) await delay(2);
  expect(ended).toBe(false);
  gone.add('ghost');
  for (let turn = 0; turn < 500 && !ended; turn += 1) await delay(2);
  expect(ended).toBe(true);
  own.close();
});

test('a user has no more than eight tails open', async () => {
  const open = await Promise.all(Array.from({ length: 8 }, () => call('logs/tail', reader)));
  expect((await call('logs/tail', reader)).status).toBe(429);
  for (const reply of open) await reply.body?.cancel();
  await watching(0);
});
