import { expect, test } from 'vitest';
import { createClient } from '../client.ts';

interface Asked {
  readonly call: string;
  readonly body: unknown;
  readonly accept: string | null;
  readonly authorization: string | null;
}

/** A client whose requests are noted and answered by what is given. */
function answering(answer: () => Response | Promise<Response>, timeoutMs?: number) {
  const asked: Asked[] = [];
  const fetch = async (input: Parameters<typeof globalThis.fetch>[0], init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    asked.push({
      call: `${init.method} ${(input as string).replace('http://custos', '')}`,
      body: init.body === undefined ? undefined : (JSON.parse(init.body as string) as unknown),
      accept: headers.get('accept'),
      authorization: headers.get('authorization'),
    });
    init.signal?.throwIfAborted();
    const aborted = new Promise<never>((_resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
    });
    return Promise.race([answer(), aborted]);
  };
  return { asked, client: createClient({ baseUrl: 'http://custos', token: 'cst_1', fetch, timeoutMs }) };
}

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const from = Date.UTC(2026, 0, 2);
const to = from + 3_600_000;
const wireTimes = 'from=2026-01-02T00%3A00%3A00.000Z&to=2026-01-02T01%3A00%3A00.000Z';

test('every route of the audit API has a call, with its method, path, query and body', async () => {
  const { asked, client } = answering(() => json({}, 404));
  const { audit } = client;
  const filter = { party: 'usr_1', detail: ['order.id=17', 'note=a&b'], from, to };
  const wireFilter = `party=usr_1&detail=order.id%3D17&detail=note%3Da%26b&${wireTimes}`;
  const reason = 'case 12';
  const wireSearch = {
    name: 'Refunds',
    filter: { type: 'order.refund', from: '2026-01-02T00:00:00.000Z' },
  };
  const calls: readonly [() => Promise<unknown>, string, unknown?][] = [
    [
      () => audit.list({ ...filter, cursor: 'c', limit: 5 }),
      `GET /api/v1/audit/events?${wireFilter}&cursor=c&limit=5`,
    ],
    [() => audit.get('aud/1'), 'GET /api/v1/audit/events/aud%2F1'],
    [
      () => audit.reveal('aud_1', { field: 'address', reason }),
      'POST /api/v1/audit/events/aud_1/reveal',
      { field: 'address', reason },
    ],
    [() => audit.types(), 'GET /api/v1/audit/types'],
    [
      () => audit.histogram({ from, to, stepMs: 60_000, outcome: 'denied' }),
      `GET /api/v1/audit/histogram?outcome=denied&${wireTimes}&stepMs=60000`,
    ],
    [
      () => audit.top({ from, to, field: 'actor', limit: 3 }),
      `GET /api/v1/audit/top?${wireTimes}&field=actor&limit=3`,
    ],
    [() => audit.securityGroups({ from, to }), `GET /api/v1/audit/security-groups?${wireTimes}`],
    [() => audit.searches.list(), 'GET /api/v1/audit/searches'],
    [
      () => audit.searches.create({ name: 'Refunds', filter: { type: 'order.refund', from } }),
      'POST /api/v1/audit/searches',
      wireSearch,
    ],
    [
      () => audit.searches.update('s_1', { name: 'Refunds', filter: { type: 'order.refund', from } }),
      'PUT /api/v1/audit/searches/s_1',
      wireSearch,
    ],
    [() => audit.searches.remove('s_1'), 'DELETE /api/v1/audit/searches/s_1'],
    [
      () => audit.export({ format: 'ocsf', log: 'security', from, to }),
      `GET /api/v1/audit/export?log=security&${wireTimes}&format=ocsf`,
    ],
    [
      () => audit.evidence({ eventIds: ['aud_1'], reason }),
      'POST /api/v1/audit/evidence',
      { eventIds: ['aud_1'], reason },
    ],
    [
      () => audit.erase({ subject: { type: 'user', id: 'usr_1' }, reason }),
      'POST /api/v1/audit/erasures',
      { subject: { type: 'user', id: 'usr_1' }, reason },
    ],
    [() => audit.holds.list(), 'GET /api/v1/audit/holds'],
    [
      () => audit.holds.place({ logs: ['security'], from, to: null, reason }),
      'POST /api/v1/audit/holds',
      { logs: ['security'], from: '2026-01-02T00:00:00.000Z', to: null, reason },
    ],
    [() => audit.holds.release('h_1', { reason }), 'POST /api/v1/audit/holds/h_1/release', { reason }],
    [() => audit.ledger.status(), 'GET /api/v1/audit/ledger'],
    [() => audit.ledger.verify(), 'POST /api/v1/audit/ledger/verify'],
    [() => audit.index.check(), 'POST /api/v1/audit/index/check'],
    [() => audit.index.rebuild(), 'POST /api/v1/audit/index/rebuild'],
    [() => audit.health(), 'GET /api/v1/audit/health'],
  ];
  for (const [call, line, body] of calls) {
    await expect(call(), line).rejects.toMatchObject({ name: 'ApiError', status: 404 });
    expect(asked.at(-1)).toMatchObject({ call: line, body, authorization: 'Bearer cst_1' });
  }
});

test('a file comes as it is, and its end may come later than the time limit', async () => {
  const later = (): Response =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(new TextEncoder().encode('{"id":"aud_1"}\n'));
          await new Promise((resolve) => setTimeout(resolve, 150));
          controller.enqueue(new TextEncoder().encode('{"id":"aud_2"}\n'));
          controller.close();
        },
      }),
    );
  const { asked, client } = answering(later, 50);
  const response = await client.audit.export({ format: 'ndjson' });
  expect(await response.text()).toBe('{"id":"aud_1"}\n{"id":"aud_2"}\n');
  expect(asked[0]?.accept).toBe('*/*');
});

test('a file that does not begin, or that the caller no longer wants, is told apart', async () => {
  const silent = answering(() => new Promise<Response>(() => undefined));
  const given = new AbortController();
  const waiting = silent.client.audit.export({}, given.signal);
  given.abort(new Error('left the page'));
  await expect(waiting).rejects.toThrow('left the page');

  const gone = answering(() => Promise.reject(new TypeError('fetch failed')));
  await expect(gone.client.audit.evidence({ eventIds: ['aud_1'], reason: 'case 12' })).rejects.toMatchObject({
    name: 'ConnectionError',
    code: 'unreachable',
  });
});

test('health and the check of the index are read with their times in ms', async () => {
  const component = {
    name: 'buffer',
    title: 'Buffer',
    status: 'warning',
    message: '501 events wait.',
    value: 501,
    unit: 'events',
    warning: 500,
    critical: 800,
  };
  const health = { status: 'warning', checkedAt: '2026-01-02T00:00:00.000Z', components: [component] };
  expect(await answering(() => json(health)).client.audit.health()).toEqual({ ...health, checkedAt: from });

  const check = { ok: true, checkedAt: '2026-01-02T00:00:00.000Z', durationMs: 3, logs: [] };
  expect(await answering(() => json(check)).client.audit.index.check()).toEqual({
    ...check,
    checkedAt: from,
  });
});
