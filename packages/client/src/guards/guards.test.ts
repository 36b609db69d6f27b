import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createAuditRecorder, type AuditRecorder } from '../audit/recorder.ts';
import { auditServer, type AuditServer } from '../audit/server-fixture.ts';
import * as guardsOfExpress from './express.ts';
import * as guardsOfFastify from './fastify.ts';
import * as guardsOfHono from './hono.ts';
import type { DataAccess } from './types.ts';

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

/** What a route answers, in words that every framework can be told in. */
type Answer =
  | { readonly json: unknown }
  | { readonly text: string; readonly type?: string; readonly count?: number }
  | { readonly pieces: readonly string[]; readonly count?: number }
  | { readonly status: number }
  | { readonly throws: number };

interface Route {
  readonly access?: Omit<DataAccess<object>, 'resource'>;
  readonly answer: Answer;
  /** What happened at the route, in order. */
  readonly ran?: () => void;
}

interface Program {
  readonly recorder: AuditRecorder;
  readonly route: Route;
  onFailure(error: unknown): void;
}

const ada = { type: 'user', id: 'usr_ada', name: 'Ada' };
const accessOf = (route: Route) => ({ resource: 'orders', purpose: 'support', ...route.access });
const streamOf = (pieces: readonly string[]): Readable => Readable.from(pieces, { objectMode: false });

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleaning.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function withFastify({ recorder, route, onFailure }: Program): Promise<string> {
  const app = fastify({ trustProxy: false, genReqId: () => 'req-7' });
  cleaning.push(() => app.close());
  const guard = guardsOfFastify.dataAccessGuard({
    recorder,
    onFailure,
    actor: (request) => (request.headers['x-user'] === undefined ? undefined : ada),
  });
  app.get('/orders', guard(accessOf(route)), async (request, reply) => {
    route.ran?.();
    const { answer } = route;
    reply.header('etag', '"1"').header('x-kept', 'yes');
    if ('count' in answer && answer.count !== undefined)
      guardsOfFastify.setRecordCount(request, answer.count);
    if ('json' in answer) return answer.json;
    if ('text' in answer) return reply.type(answer.type ?? 'text/plain').send(answer.text);
    if ('pieces' in answer) return reply.send(streamOf(answer.pieces));
    if ('status' in answer) return reply.code(answer.status).send();
    throw Object.assign(new Error('no'), { statusCode: answer.throws });
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function withExpress({ recorder, route, onFailure }: Program): Promise<string> {
  const app = express();
  // Express prints errors otherwise.
  app.set('env', 'test');
  const guard = guardsOfExpress.dataAccessGuard({
    recorder,
    onFailure,
    actor: (request) => (request.get('x-user') === undefined ? undefined : ada),
  });
  app.get('/orders', guard(accessOf(route)), (request, response, next) => {
    route.ran?.();
    const { answer } = route;
    response.set('x-kept', 'yes').set('etag', '"1"');
    if ('count' in answer && answer.count !== undefined)
      guardsOfExpress.setRecordCount(request, answer.count);
    if ('json' in answer) response.json(answer.json);
    else if ('text' in answer) response.type(answer.type ?? 'text/plain').send(answer.text);
    else if ('pieces' in answer) streamOf(answer.pieces).pipe(response);
    else if ('status' in answer) response.status(answer.status).end();
    else next(Object.assign(new Error('no'), { status: answer.throws }));
  });
  return listening(createServer(app));
}

async function withHono({ recorder, route, onFailure }: Program): Promise<string> {
  const app = new Hono();
  const guard = guardsOfHono.dataAccessGuard({
    recorder,
    onFailure,
    address: () => '127.0.0.1',
    actor: (c) => (c.req.header('x-user') === undefined ? undefined : ada),
  });
  app.get('/orders', guard(accessOf(route)), async (c) => {
    route.ran?.();
    const { answer } = route;
    c.header('x-kept', 'yes');
    if ('count' in answer && answer.count !== undefined) guardsOfHono.setRecordCount(c, answer.count);
    if ('json' in answer) return c.json(answer.json as object);
    if ('text' in answer) return c.body(answer.text, 200, { 'content-type': answer.type ?? 'text/plain' });
    if ('pieces' in answer) return c.body(Readable.toWeb(streamOf(answer.pieces)) as ReadableStream);
    if ('status' in answer) return c.body(null, answer.status as 204);
    throw new HTTPException(answer.throws as 403, { message: 'no' });
  });
  const take = async (request: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const headers = new Headers(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const response = await app.fetch(new Request(`http://localhost${request.url}`, { headers }));
    reply.writeHead(response.status, Object.fromEntries(response.headers));
    reply.end(Buffer.from(await response.arrayBuffer()));
  };
  return listening(createServer((request, reply) => void take(request, reply)));
}

async function started(make: (program: Program) => Promise<string>, route: Route) {
  const server = await auditServer();
  const failures: unknown[] = [];
  const recorder = createAuditRecorder({
    url: server.url,
    token: 'cst_good',
    confirmTimeoutMs: 500,
    flushIntervalMs: 500,
  });
  cleaning.push(
    () => server.stop(),
    () => recorder.close({ timeoutMs: 0 }),
  );
  const url = await make({ recorder, route, onFailure: (error) => failures.push(error) });
  const get = async (headers: Record<string, string> = { 'x-user': 'ada' }) => {
    const reply = await fetch(`${url}/orders?name=Ada%20L`, {
      headers: { 'x-request-id': 'req-7', ...headers },
    });
    return { status: reply.status, text: await reply.text(), headers: reply.headers };
  };
  return { server, recorder, failures, get };
}

const detailsOf = (server: AuditServer): unknown[] => server.stored.map(({ details }) => details);
const query = 'GET /orders?name=Ada%20L';

describe.each([
  ['fastify', withFastify],
  ['express', withExpress],
  ['hono', withHono],
] as const)('the guard of %s', (_name, make) => {
  test('records who read what, why and how many records, before the answer leaves', async () => {
    const { server, get } = await started(make, {
      answer: { json: { items: [{ id: 1 }, { id: 2 }, { id: 3 }], nextCursor: null } },
      access: { target: () => ({ type: 'customer', id: 'cus_9' }) },
    });
    const release = server.hold();
    let isAnswered = false;
    const answer = get({
      'x-user': 'ada',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    void answer.then(() => (isAnswered = true));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(isAnswered).toBe(false);
    release();
    const { status, text } = await answer;
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ items: [{ id: 1 }, { id: 2 }, { id: 3 }] });
    expect(server.stored).toHaveLength(1);
    expect(server.stored[0]).toMatchObject({
      type: 'data.access',
      outcome: 'succeeded',
      actor: ada,
      target: { type: 'customer', id: 'cus_9' },
      requestId: 'req-7',
      traceId: '0af7651916cd43dd8448eb211c80319c',
      address: expect.stringContaining('127.0.0.1'),
      details: { resource: 'orders', purpose: 'support', recordCount: 3, query },
    });
  });

  test.each<[string, Answer, number]>([
    ['a list', { json: [1, 2, 3, 4] }, 4],
    ['one object', { json: { id: 1 } }, 1],
    ['JSON that was written as text', { text: '{"rows":[1,2]}', type: 'application/json' }, 2],
    ['a text that says how many', { text: 'a;b;c', count: 7 }, 7],
    ['a stream that says how many', { pieces: ['a', 'b', 'c'], count: 2 }, 2],
    ['nothing', { status: 204 }, 0],
  ])('counts the records of %s', async (_what, answer, recordCount) => {
    const { server, get, failures } = await started(make, { answer });
    const { status, text } = await get();
    expect(failures).toEqual([]);
    expect(status).toBe('status' in answer ? answer.status : 200);
    if ('text' in answer) expect(text).toBe(answer.text);
    if ('pieces' in answer) expect(text).toBe(answer.pieces.join(''));
    expect(detailsOf(server)).toEqual([{ resource: 'orders', purpose: 'support', recordCount, query }]);
  });

  test('a large stream passes whole', async () => {
    const piece = 'x'.repeat(50_000);
    const { get } = await started(make, {
      answer: { pieces: Array.from({ length: 60 }, () => piece), count: 60 },
    });
    expect((await get()).text).toBe(piece.repeat(60));
  });

  test.each<[string, Answer]>([
    ['a list', { json: [{ secret: 1 }] }],
    ['a stream', { pieces: ['secret', 'secret'], count: 2 }],
    ['a text', { text: 'secret', count: 1 }],
  ])('without a record there is no data, but 503 (%s)', async (_what, answer) => {
    const { server, get, recorder, failures } = await started(make, { answer });
    const release = server.hold();
    const reply = await get();
    expect(reply.status).toBe(503);
    expect(reply.text).not.toContain('secret');
    expect(JSON.parse(reply.text)).toMatchObject({ code: 'audit_unavailable', status: 503 });
    expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(reply.headers.get('retry-after')).toBe('5');
    expect(reply.headers.get('etag')).toBeNull();
    expect(failures).toEqual([expect.objectContaining({ code: 'unconfirmed' })]);
    // The event is held and will say that data was read, so another says that it was withheld.
    release();
    await recorder.flush();
    expect(server.stored.map(({ outcome }) => outcome)).toEqual(['succeeded', 'failed']);
    expect(server.stored[1]?.['details']).toMatchObject({
      recordCount: 0,
      extra: { withheld: server.stored[0]?.id },
    });
  });

  test('an answer that nobody can count is withheld, and the program is told why', async () => {
    const { get, failures, server } = await started(make, { answer: { pieces: ['secret'] } });
    const { status, text } = await get();
    expect(status).toBe(503);
    expect(text).not.toContain('secret');
    expect(failures).toEqual([
      expect.objectContaining({ name: 'UncountedBody', message: expect.stringContaining('setRecordCount') }),
    ]);
    expect(server.stored).toEqual([]);
  });

  test('with mode after, the answer does not wait for the record', async () => {
    const { server, get, recorder } = await started(make, {
      answer: { json: [1, 2] },
      access: { mode: 'after' },
    });
    const release = server.hold();
    expect((await get()).status).toBe(200);
    release();
    await vi.waitFor(() => expect(recorder.status().waiting.events + server.stored.length).toBe(1));
    await recorder.flush();
    expect(detailsOf(server)).toEqual([expect.objectContaining({ recordCount: 2, query })]);
  });

  test.each<[string, Answer, number]>([
    ['401', { status: 401 }, 401],
    ['403', { status: 403 }, 403],
    ['a thrown 403', { throws: 403 }, 403],
  ])('records denied access (%s), also of nobody known', async (_what, answer, status) => {
    const reason = status === 401 ? 'not authenticated (401)' : 'not allowed (403)';
    const { server, get, recorder } = await started(make, { answer, access: { permission: 'order.read' } });
    expect((await get({})).status).toBe(status);
    await vi.waitFor(() => expect(recorder.status().waiting.events + server.stored.length).toBe(1));
    await recorder.flush();
    expect(server.stored[0]).toMatchObject({
      type: 'access.violation',
      outcome: 'denied',
      actor: { type: 'anonymous', id: 'anonymous' },
      details: { resource: 'orders', permission: 'order.read', reason },
    });
  });

  test.each([404, 500])('an answer of %i is no access', async (status) => {
    const { server, get, recorder } = await started(make, { answer: { throws: status } });
    expect((await get()).status).toBe(status);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await recorder.flush();
    expect(server.stored).toEqual([]);
  });

  test('a declaration that fails means no data', async () => {
    const { get, failures } = await started(make, {
      answer: { json: ['secret'] },
      access: {
        query: () => {
          throw new Error('no query');
        },
      },
    });
    const { status, text } = await get();
    expect([status, text.includes('secret')]).toEqual([503, false]);
    expect(failures).toEqual([expect.objectContaining({ message: 'no query' })]);
  });
});
