import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createClient } from './client.ts';
import { ApiError, ApprovalPendingError, ConnectionError } from './errors.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server that notes what it is asked and answers what it is told. */
async function serving(answer: (seen: Seen, reply: ServerResponse) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, reply) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, url, headers, body };
      seen.push(one);
      answer(one, reply);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const json =
  (body: unknown, status = 200, type = 'application/json') =>
  (_seen: Seen, reply: ServerResponse) => {
    reply.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  };

test('times of an answer become milliseconds', async () => {
  const event = {
    id: 'aud_1',
    time: '2026-11-21T00:00:00.000Z',
    receivedTime: '2026-11-21T00:00:01.000Z',
    type: 'administration.act',
    action: 'probe.delete',
    outcome: 'succeeded',
    severity: 'low',
    source: 'custos',
    actor: { type: 'user', id: 'u', name: 'Ada' },
    target: null,
    tenant: null,
    traceId: null,
    requestId: null,
    details: {},
    sealedCount: 0,
    place: { log: 'security', index: 0 },
  };
  const { baseUrl, seen } = await serving(json({ items: [event], nextCursor: null }));
  const { items } = await createClient({ baseUrl, token: 'cst_1' }).audit.list({
    from: Date.UTC(2026, 0, 2),
    actor: 'Ada & Bob',
  });
  expect(items[0]?.time).toBe(Date.UTC(2026, 10, 21));
  expect(seen[0]?.url).toBe('/api/v1/audit/events?actor=Ada%20%26%20Bob&from=2026-01-02T00%3A00%3A00.000Z');
  expect(seen[0]?.headers.authorization).toBe('Bearer cst_1');
});

test('times of a maintenance window go out as RFC 3339', async () => {
  const { baseUrl, seen } = await serving(json({}, 404));
  const schedule = { type: 'once', startsAt: 0, endsAt: 60_000 } as const;
  await createClient({ baseUrl })
    .maintenance.create({ title: 'Move', schedule })
    .catch(() => undefined);
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    title: 'Move',
    schedule: { type: 'once', startsAt: '1970-01-01T00:00:00.000Z', endsAt: '1970-01-01T00:01:00.000Z' },
  });
});

test('an id cannot lead to another path', async () => {
  const { baseUrl, seen } = await serving(json({ ok: true }));
  await createClient({ baseUrl: `${baseUrl}/` }).probes.remove('../users/1?x#y');
  expect(seen[0]?.url).toBe('/api/v1/probes/..%2Fusers%2F1%3Fx%23y');
});

test('a problem document becomes an error with its code and its fields', async () => {
  const body = {
    type: '/api/docs/errors#invalid_input',
    title: 'The input is not valid',
    status: 422,
    code: 'invalid_input',
    detail: 'name is required',
    requestId: 'req-12345',
    errors: [{ field: 'name', message: 'is required' }],
  };
  const { baseUrl } = await serving(json(body, 422, 'application/problem+json'));
  const error = await createClient({ baseUrl })
    .probes.create({ name: '', kind: 'tcp' })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: 'invalid_input', requestId: 'req-12345' });
  expect((error as ApiError).fieldMessage('name')).toBe('is required');
  expect((error as ApiError).fieldMessage('kind')).toBeUndefined();
});

test.each([
  ['a page of a proxy', 502, '<html>Bad gateway</html>'],
  ['an answer that is no JSON', 200, '<html>Sign in to the hotel Wi-Fi</html>'],
  ['an answer of another shape', 200, '{"needed":"maybe"}'],
  ['an empty answer', 200, ''],
])('%s is unexpected_reply', async (_what, status, body) => {
  const { baseUrl } = await serving((_seen, reply) => {
    reply.writeHead(status, { 'retry-after': '7' }).end(body);
  });
  const error = await createClient({ baseUrl })
    .setup.state()
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'ApiError', status, code: 'unexpected_reply' });
  if (status === 502) expect(error).toMatchObject({ retryAfterSeconds: 7 });
});

test('no answer is an error of its own, and a caller who gives up gets its own reason', async () => {
  const { baseUrl } = await serving(() => undefined);
  const slow = createClient({ baseUrl, timeoutMs: 100 });
  await expect(slow.setup.state()).rejects.toMatchObject({ name: 'ConnectionError', code: 'timeout' });
  const gone = createClient({ baseUrl: 'http://127.0.0.1:1' });
  const error = await gone.setup.state().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ code: 'unreachable' });
  await expect(slow.setup.state(AbortSignal.abort(new Error('left the page')))).rejects.toThrow(
    'left the page',
  );
});

const waiting = {
  id: 'apr_1',
  kind: 'grant-administration',
  state: 'pending',
  method: 'POST',
  url: '/api/v1/users',
  body: null,
  digest: 'ab',
  permission: 'user.manage',
  requestedBy: { id: 'usr_1', name: 'Ada' },
  requestedAt: '2026-11-21T00:00:00.000Z',
  expiresAt: '2026-11-22T00:00:00.000Z',
  decidedBy: null,
  decidedAt: null,
  note: null,
  executedAt: null,
  status: null,
  own: true,
  decidable: false,
  byRepeating: false,
};

test('an act that waits for a second person rejects with the request for it', async () => {
  const { baseUrl } = await serving(json({ approval: waiting }, 202));
  const act = createClient({ baseUrl }).users.update('usr_2', { role: 'admin' });
  await expect(act).rejects.toBeInstanceOf(ApprovalPendingError);
  await expect(act).rejects.toMatchObject({
    approval: { id: 'apr_1', expiresAt: Date.parse('2026-11-22T00:00:00Z') },
  });
});

test('a password that is not enough resolves with the second step', async () => {
  const step = {
    step: 'second-factor',
    ticket: 't',
    methods: ['totp'],
    passkey: null,
    expiresAt: '2026-11-21T00:05:00.000Z',
  };
  const { baseUrl } = await serving(json(step, 202));
  const outcome = await createClient({ baseUrl }).session.signIn({ email: 'a@example.com', password: 'x' });
  expect(outcome).toMatchObject({ step: 'second-factor', methods: ['totp'] });
});
