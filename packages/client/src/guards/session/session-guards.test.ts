import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Permission } from '@custos/contract';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as forExpress from '../express.ts';
import * as forFastify from '../fastify.ts';
import * as forHono from '../hono.ts';
import { allowed, type CustosFixture, startCustos } from './custos-fixture.ts';
import type { SessionCheck, SessionGuardOptions } from './types.ts';

const cleaning: (() => unknown)[] = [];
let custos: CustosFixture;
beforeEach(async () => {
  custos = await startCustos();
  cleaning.push(() => custos.stop());
});
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

interface Program {
  readonly options: SessionGuardOptions;
  readonly permission: Permission | undefined;
  readonly check: SessionCheck | undefined;
  /** Told when the handler runs. */
  readonly ran: () => void;
}

async function withFastify({ options, permission, check, ran }: Program): Promise<string> {
  const app = fastify();
  cleaning.push(() => app.close());
  const { requireSession, requirePermission } = forFastify.sessionGuards(options);
  const onRequest =
    permission === undefined ? requireSession({ check }) : requirePermission(permission, { check });
  app.get('/cases', { onRequest }, async (request) => {
    ran();
    return { userId: forFastify.sessionOf(request).userId };
  });
  app.get('/open', async (request) => forFastify.sessionOf(request));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

async function withExpress({ options, permission, check, ran }: Program): Promise<string> {
  const app = express();
  app.set('env', 'test');
  const { requireSession, requirePermission } = forExpress.sessionGuards(options);
  const guard =
    permission === undefined ? requireSession({ check }) : requirePermission(permission, { check });
  app.get('/cases', guard, (request, response) => {
    ran();
    response.json({ userId: forExpress.sessionOf(request).userId });
  });
  app.get('/open', (request, response) => void response.json(forExpress.sessionOf(request)));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleaning.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function withHono({ options, permission, check, ran }: Program): Promise<string> {
  const app = new Hono();
  const { requireSession, requirePermission } = forHono.sessionGuards({
    ...options,
    address: () => '127.0.0.1',
  });
  const guard =
    permission === undefined ? requireSession({ check }) : requirePermission(permission, { check });
  app.get('/cases', guard, (c) => {
    ran();
    return c.json({ userId: forHono.sessionOf(c).userId });
  });
  // Hono prints errors otherwise.
  app.onError((_error, c) => c.text('', 500));
  app.get('/open', (c) => c.json(forHono.sessionOf(c)));
  const server = createServer((request, response) => {
    const headers = new Headers(request.headers as Record<string, string>);
    void Promise.resolve(app.fetch(new Request(`http://localhost${request.url}`, { headers }))).then(
      (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        if (answer.body === null) response.end();
        else Readable.fromWeb(answer.body as never).pipe(response);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleaning.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each([
  ['Fastify', withFastify],
  ['Express', withExpress],
  ['Hono', withHono],
])('guards of %s', (_name, start) => {
  async function program(
    options: Partial<SessionGuardOptions> = {},
    need: { permission?: Permission; check?: SessionCheck } = {},
  ) {
    const ran = vi.fn<() => void>();
    const url = await start({
      options: { baseUrl: custos.url, audience: 'shop', ...options },
      permission: need.permission,
      check: need.check,
      ran,
    });
    const call = async (authorization?: string, path = '/cases') => {
      const response = await fetch(`${url}${path}`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      return { response, body: (await response.json().catch(() => null)) as Record<string, unknown> | null };
    };
    return { call, ran };
  }
  const bearer = async (facts?: Parameters<CustosFixture['token']>[0]) =>
    `Bearer ${await custos.token(facts)}`;

  test('let in whoever is signed in, and the handler knows who it is', async () => {
    const { call } = await program();
    const { response, body } = await call(await bearer());
    expect([response.status, body]).toEqual([200, { userId: 'usr_ada' }]);
  });

  test('answer 401 without a token, and say nothing about it', async () => {
    const { call, ran } = await program();
    for (const authorization of [undefined, '']) {
      const { response, body } = await call(authorization);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="custos"/);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(body).toMatchObject({ status: 401, code: 'unauthenticated' });
    }
    expect(ran).not.toHaveBeenCalled();
  });

  test('answer 401 to a token that is worth nothing, and to other schemes', async () => {
    const { call, ran } = await program();
    const over = Math.floor(Date.now() / 1000) - 60;
    for (const authorization of [
      await bearer({ claims: { exp: over, iat: over - 300 } }),
      await bearer({ claims: { aud: 'bank' } }),
      'Bearer nonsense',
      'Bearer',
      'Basic YTpi',
      (await bearer()).replace('Bearer ', ''),
      `${await bearer()} more`,
    ]) {
      const { response } = await call(authorization);
      expect(response.status, authorization).toBe(401);
      expect(response.headers.get('www-authenticate')).toContain('invalid_token');
    }
    expect(ran).not.toHaveBeenCalled();
  });

  test('take no token from the address', async () => {
    const { call } = await program();
    const { response } = await call(undefined, `/cases?access_token=${await custos.token()}`);
    expect(response.status).toBe(401);
  });

  test('answer 403 without the permission, and name it', async () => {
    const { call, ran } = await program({}, { permission: 'pii.read' });
    const { response, body } = await call(await bearer());
    expect([response.status, body?.['code'], body?.['detail']]).toEqual([
      403,
      'forbidden',
      'This needs the permission pii.read.',
    ]);
    expect(ran).not.toHaveBeenCalled();
    const able = await call(await bearer({ claims: { permissions: ['pii.read'] } }));
    expect(able.response.status).toBe(200);
  });

  test('ask nobody about the session unless told to', async () => {
    const { call } = await program({}, { permission: 'investigation.read' });
    await call(await bearer());
    expect(custos.asked.map(({ path }) => path)).toEqual(['/.well-known/jwks.json']);
  });

  test('ask Custos about the session with the token of the service, when told to', async () => {
    const { call } = await program(
      { serviceToken: async () => 'service-secret' },
      { permission: 'investigation.read', check: 'session' },
    );
    const authorization = await bearer();
    expect((await call(authorization)).response.status).toBe(200);
    expect(custos.asked.at(-1)).toEqual({
      path: '/api/v1/authorize',
      authorization: 'Bearer service-secret',
      body: {
        permission: 'investigation.read',
        credential: authorization.slice(7),
        address: expect.stringContaining('127.0.0.1'),
      },
    });
  });

  test('refuse at once whose session has ended, who lost the permission, or comes from elsewhere', async () => {
    const { call, ran } = await program({ check: 'session' }, { permission: 'investigation.read' });
    const { identity } = allowed.body;
    const authorization = await bearer();
    for (const [body, status] of [
      [{ allowed: false, reason: 'credential', identity: null }, 401],
      [{ allowed: false, reason: 'credential', identity }, 401],
      [{ allowed: false, reason: 'permission', identity }, 403],
      [{ allowed: false, reason: 'object', identity }, 403],
      [{ allowed: false, reason: 'address', identity }, 403],
      [{ allowed: false, reason: null, identity }, 403],
    ] as const) {
      custos.answer = { status: 200, body };
      expect((await call(authorization)).response.status, JSON.stringify(body)).toBe(status);
    }
    expect(ran).not.toHaveBeenCalled();
  });

  test('need nothing but the session where no permission is asked for', async () => {
    const { call } = await program({ check: 'session' });
    const { identity } = allowed.body;
    custos.answer = { status: 200, body: { allowed: false, reason: 'permission', identity } };
    const claims = { permissions: ['case.invent', 'investigation.read'] };
    expect((await call(await bearer({ claims }))).response.status).toBe(200);
    // A permission that the session has, or the question alone would be on record as a refusal.
    expect(custos.asked.at(-1)?.body).toMatchObject({ permission: 'investigation.read' });
    custos.answer = { status: 200, body: { allowed: false, reason: 'credential', identity: null } };
    expect((await call(await bearer())).response.status).toBe(401);
  });

  test('take the refusal of the caller’s own token as the end of the session', async () => {
    custos.answer = { status: 401, body: {} };
    const own = await program({ check: 'session' });
    expect((await own.call(await bearer())).response.status).toBe(401);
    const service = await program({ check: 'session', serviceToken: () => 'revoked' });
    expect((await service.call(await bearer())).response.status).toBe(503);
  });

  test('let nobody in while Custos cannot be asked, and say so', async () => {
    const onProblem = vi.fn<(error: unknown) => void>(() => {
      throw new Error('a listener that fails');
    });
    const { call, ran } = await program({ check: 'session', onProblem });
    const authorization = await bearer();
    for (const answer of [
      { status: 500, body: {} },
      { status: 200, body: { allowed: 'yes' } },
      { status: 429, body: {} },
    ]) {
      custos.answer = answer;
      const { response, body } = await call(authorization);
      expect([response.status, body?.['code']]).toEqual([503, 'state_unavailable']);
      expect(response.headers.get('retry-after')).toBe('5');
    }
    expect(onProblem).toHaveBeenCalledTimes(3);
    expect(ran).not.toHaveBeenCalled();
  });

  test('let nobody in without the keys', async () => {
    const authorization = await bearer();
    await custos.stop();
    const { call, ran } = await program();
    expect((await call(authorization)).response.status).toBe(503);
    expect(ran).not.toHaveBeenCalled();
    custos = await startCustos();
  });

  test('a handler without a guard finds no session', async () => {
    const { call } = await program();
    const { response } = await call(await bearer(), '/open');
    expect(response.status).toBe(500);
  });
});
