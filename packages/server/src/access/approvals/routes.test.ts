import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createTestServer, identityOf } from '../../../test/http-server.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { openState } from '../../storage/state/open.ts';
import { openDeciding } from '../deciding-fixture.ts';
import { approvalRoutes } from './routes.ts';
import { createApprovals } from './service.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

/** The real server with routes that need a second person, and what they did. */
async function serve() {
  const directory = mkdtempSync(join(tmpdir(), 'custos-approvals-'));
  const url = `sqlite:${join(directory, 'state.sqlite')}`;
  const state = await openState({ url, clock: systemClock, log: silentLogger });
  const world = await openDeciding(state);
  const approvals = createApprovals({
    state,
    clock: world.clock,
    log: silentLogger,
    audit: world.audit,
    seal: world.secrets,
    identityOf: async (userId) => identityOf(userId),
  });
  for (const { kind } of await approvals.kinds()) await approvals.setMode(kind, 'always');
  const server = await createTestServer({}, { approvals });
  const done: unknown[] = [];
  const { app } = server;
  await app.register(approvalRoutes(approvals));
  const body = z.object({ at: z.codec(z.string(), z.number(), { decode: Number, encode: String }) });
  app.post(
    '/t/payouts/:id/replay',
    {
      config: { access: 'job.manage', audit: 'payout.replay', approval: 'replay-payout', stepUp: true },
      schema: { body: body.extend({ amount: z.number().default(7) }) },
    },
    async (request, reply) => {
      done.push({ ...request.body, by: request.identity?.userId, from: request.ip });
      return reply.code(201).send({ ok: true });
    },
  );
  app.get(
    '/t/export',
    { config: { access: 'data.export', audit: 'data.export', approval: 'bulk-export' } },
    async (request) => {
      done.push(`export for ${request.identity?.userId}`);
      return 'a,b\n1,2\n';
    },
  );
  app.patch(
    '/t/retention',
    {
      config: {
        access: 'system.configure',
        audit: 'retention.update',
        approval: 'shorten-retention',
        approvalWhen: (request) => (request.body as { days: number }).days < 30,
      },
      schema: { body: z.object({ days: z.number() }) },
    },
    async (request) => {
      done.push(request.body.days);
      return { ok: true };
    },
  );
  await app.ready();
  endings.push(async () => {
    await server.stop();
    await state.close();
    rmSync(directory, { recursive: true });
  });
  const call = async (
    who: string,
    [method, path]: readonly ['GET' | 'POST' | 'PATCH', string],
    { body: payload, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
  ) => {
    const response = await app.inject({
      method,
      url: path,
      remoteAddress: '192.0.2.44',
      headers: { cookie: `__Host-custos=${who}`, origin: 'http://localhost', host: 'localhost', ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    return { status: response.statusCode, text: response.body, answer: safeJson(response.body) };
  };
  return { ...world, server, approvals, call, done };
}

function safeJson(text: string): Record<string, unknown> & { approval?: { id: string; state: string } } {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

const replay = ['POST', '/t/payouts/pay_1/replay?dry=0'] as const;

test('a marked act is answered 202 until another person approves it, and is then done by itself', async () => {
  const { call, done, server } = await serve();
  const asked = await call('ada', replay, { body: { at: '12' } });
  expect(asked.status).toBe(202);
  const { approval } = asked.answer;
  expect(approval).toMatchObject({ state: 'pending', own: true, url: replay[1], body: { at: '12' } });
  expect((await call('ada', replay, { body: { at: '12' } })).answer.approval?.id).toBe(approval?.id);
  expect(done).toEqual([]);
  // What only waits is no attempt.
  expect(server.audited).toEqual([]);

  const seen = await call('bob', ['GET', `/api/v1/approvals/${approval?.id}`]);
  expect(seen.answer).toMatchObject({ decidable: true, requestedBy: { id: 'ada' } });
  const approve = ['POST', `/api/v1/approvals/${approval?.id}/approve`] as const;
  expect((await call('ada', approve, { body: {} })).status).toBe(403);
  const approved = await call('bob', approve, { body: { note: 'fine' } });
  expect(approved).toMatchObject({ status: 200, answer: { state: 'executed', status: 201 } });
  // The body went through the schema once, from the bytes that were sent.
  expect(done).toEqual([{ at: 12, amount: 7, by: 'ada', from: '192.0.2.44' }]);
  expect((await call('bob', approve, { body: {} })).answer).toMatchObject({ code: 'approval_used' });
  expect(
    server.audited
      .filter(({ action }) => action === 'payout.replay')
      .map(({ outcome, actor, details }) => [outcome, actor.id, details['approval']]),
  ).toEqual([
    ['attempted', 'ada', approval?.id],
    ['succeeded', 'ada', approval?.id],
  ]);
});

test('two who approve at the same moment do it once', async () => {
  const { call, done } = await serve();
  const { approval } = (await call('ada', replay, { body: { at: '1' } })).answer;
  const approve = ['POST', `/api/v1/approvals/${approval?.id}/approve`] as const;
  const answers = await Promise.all(
    ['bob', 'cy', 'dan', 'eve'].map(async (who) => call(who, approve, { body: {} })),
  );
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
  expect(done).toHaveLength(1);
});

test('input that is refused asks nobody', async () => {
  const { call, approvals } = await serve();
  expect((await call('ada', replay, { body: {} })).status).toBe(422);
  expect((await approvals.list(identityOf('ada'), { limit: 5 })).items).toEqual([]);
});

test('of a body that is nested without end the beginning is shown', async () => {
  const { server, call } = await serve();
  const send = async (payload: string) =>
    server.app.inject({
      method: 'POST',
      url: replay[1],
      headers: {
        cookie: '__Host-custos=ada',
        origin: 'http://localhost',
        host: 'localhost',
        'content-type': 'application/json',
      },
      payload,
    });
  for (const depth of [50, 100_000]) {
    const answer = await send(`{"at":"1","more":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(answer.statusCode).toBe(202);
  }
  const { items } = (await call('bob', ['GET', '/api/v1/approvals'])).answer as {
    items: { body: unknown }[];
  };
  expect(items).toHaveLength(2);
  for (const { body } of items) expect(JSON.stringify(body)).toContain('nested too deep');
});

test('only the calls that the route names need a second person', async () => {
  const { call, done } = await serve();
  expect((await call('ada', ['PATCH', '/t/retention'], { body: { days: 90 } })).status).toBe(200);
  expect((await call('ada', ['PATCH', '/t/retention'], { body: { days: 3 } })).status).toBe(202);
  expect(done).toEqual([90]);
});

test('a download is handed to who asked, once', async () => {
  const { call, done, server } = await serve();
  const path = ['GET', '/t/export?from=1'] as const;
  const { approval } = (await call('ada', path)).answer;
  await call('bob', ['POST', `/api/v1/approvals/${approval?.id}/approve`], { body: {} });
  expect(done).toEqual([]);
  // Looking at what it would be does not use it up.
  const head = await server.app.inject({
    method: 'HEAD',
    url: path[1],
    headers: { cookie: '__Host-custos=ada' },
  });
  expect(head.statusCode).toBe(202);
  // Somebody else's call of the same address is a request of its own.
  expect((await call('bob', path)).status).toBe(202);
  const answers = await Promise.all([call('ada', path), call('ada', path), call('ada', path)]);
  expect(answers.filter(({ status }) => status === 200).map(({ text }) => text)).toEqual(['a,b\n1,2\n']);
  expect(done).toEqual(['export for ada']);
  await expect
    .poll(async () => (await call('ada', ['GET', `/api/v1/approvals/${approval?.id}`])).answer['state'])
    .toBe('executed');
});

test('nobody from outside can pretend that a call was approved', async () => {
  const { call, done } = await serve();
  for (const value of ['', 'x', 'apr_1', 'a'.repeat(43)]) {
    const headers = { 'x-custos-execution': value };
    expect((await call('ada', replay, { body: { at: '1' }, headers })).status).toBe(202);
  }
  expect(done).toEqual([]);
});

test('switching a kind off needs a second person too, and to have confirmed who one is', async () => {
  const { call, approvals } = await serve();
  const patch = ['PATCH', '/api/v1/approval-kinds/replay-payout'] as const;
  const asked = await call('ada', patch, { body: { mode: 'off' } });
  expect(asked.status).toBe(202);
  expect((await call('ada', patch, { body: { mode: 'always' } })).status).toBe(200);
  const id = asked.answer.approval?.id;
  expect((await call('bob', ['POST', `/api/v1/approvals/${id}/approve`], { body: {} })).status).toBe(200);
  expect((await approvals.kinds()).find(({ kind }) => kind === 'replay-payout')?.mode).toBe('off');
  expect((await call('ada', replay, { body: { at: '1' } })).status).toBe(201);
});

test('a route that is open to all cannot ask for approval', async () => {
  const server = await createTestServer();
  expect(() =>
    server.app.post('/t/open', { config: { access: 'public', approval: 'bulk-export' } }, async () => ''),
  ).toThrow(/needs approval and is public/);
});
