import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openState } from '../storage/state/open.ts';
import { goodPassword, openAccess } from './access-fixture.ts';
import { sessionCookieName } from './cookie.ts';
import { accessRoutes } from './routes.ts';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

type Body = Record<string, unknown>;

/** The real server with these routes on a real store; `call` speaks to it as a browser would. */
async function serve(secureCookie = true) {
  const directory = mkdtempSync(join(tmpdir(), 'custos-access-'));
  const state = await openState({
    url: `sqlite:${join(directory, 'state.sqlite')}`,
    clock: systemClock,
    log: silentLogger,
  });
  const fixture = await openAccess(state);
  const server = await createTestServer(
    { sessionCookieName: sessionCookieName(secureCookie) },
    { authenticator: fixture.access },
  );
  await server.app.register(accessRoutes(fixture.access, { secureCookie }));
  await server.app.ready();
  endings.push(async () => {
    await server.stop();
    await state.close();
    rmSync(directory, { recursive: true });
  });

  type Options = { cookie?: string; bearer?: string; body?: Body; origin?: string };
  async function call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    { cookie, bearer, body, origin = 'http://localhost' }: Options = {},
  ) {
    const response = await server.app.inject({
      method,
      url,
      headers: {
        host: 'localhost',
        origin,
        ...(cookie === undefined ? {} : { cookie }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    const [setCookie = '', setDevice = ''] = [response.headers['set-cookie'] ?? []].flat();
    const answer = response.json<Body>();
    const given = setCookie.split(';')[0] ?? '';
    return { status: response.statusCode, answer, setCookie, setDevice, cookie: given };
  }
  const signIn = (email: string, password = goodPassword) =>
    call('POST', '/api/v1/session', { body: { email, password } });
  return { ...fixture, server, call, enter: signIn };
}

test('from the set-up link to a signed-in super administrator, and never again', async () => {
  const { access, call } = await serve();
  expect((await call('GET', '/api/v1/setup')).answer).toEqual({ needed: true });
  const token = (await access.beginSetup())?.token;
  const body = { token, email: 'Ada@Example.com', name: 'Ada', password: goodPassword };
  const done = await call('POST', '/api/v1/setup', { body });
  expect(done.status).toBe(200);
  expect(done.answer).toMatchObject({ email: 'ada@example.com', role: 'super-admin' });
  expect((await call('GET', '/api/v1/session', { cookie: done.cookie })).answer).toEqual(done.answer);
  expect((await call('GET', '/api/v1/setup')).answer).toEqual({ needed: false });
  const again = await call('POST', '/api/v1/setup', { body: { ...body, email: 'eve@example.com' } });
  expect(again).toMatchObject({ status: 403, answer: { code: 'setup_not_allowed' }, setCookie: '' });
});

test('the session travels in a __Host- cookie that scripts cannot read', async () => {
  const { addUser, enter, call } = await serve();
  await addUser('ada@example.com', 'viewer');
  const { setCookie, setDevice, cookie, answer } = await enter('ada@example.com');
  expect(setDevice).toMatch(
    /^__Host-custos-device=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=7776000; Secure$/,
  );
  expect(setCookie).toMatch(/^__Host-custos=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
  expect(JSON.stringify(answer)).not.toContain(cookie.split('=')[1]);
  const out = await call('DELETE', '/api/v1/session', { cookie });
  expect(out).toMatchObject({ status: 200, answer: { ok: true } });
  expect(out.setCookie).toContain('Max-Age=0');
  expect((await call('GET', '/api/v1/session', { cookie })).answer).toMatchObject({
    code: 'unauthenticated',
  });
});

test('where sign-in over plain HTTP was allowed, the cookie has the other name', async () => {
  const { addUser, enter, call } = await serve(false);
  await addUser('ada@example.com', 'viewer');
  const { cookie, setCookie } = await enter('ada@example.com');
  expect(setCookie).toMatch(/^custos=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  expect((await call('GET', '/api/v1/session', { cookie })).status).toBe(200);
});

test('unknown and wrong get the same status and body, and no cookie', async () => {
  const { addUser, enter } = await serve();
  await addUser('ada@example.com', 'viewer');
  const answers = [
    await enter('nobody@example.com', 'not the password'),
    await enter('ada@example.com', 'not the password'),
  ].map(({ status, setCookie, answer: { requestId, ...answer } }) => {
    expect(requestId).toBeTypeOf('string');
    return { status, setCookie, answer };
  });
  expect(answers[0]).toMatchObject({ status: 401, setCookie: '', answer: { code: 'sign_in_failed' } });
  expect(answers[1]).toEqual(answers[0]);
});

test('signing in from a foreign page is refused', async () => {
  const { addUser, call } = await serve();
  await addUser('ada@example.com', 'viewer');
  const body = { email: 'ada@example.com', password: goodPassword };
  const answer = await call('POST', '/api/v1/session', { body, origin: 'https://evil.example' });
  expect(answer).toMatchObject({ status: 403, answer: { code: 'origin_refused' }, setCookie: '' });
});

test('sign-in takes 30 requests a minute from one address', async () => {
  const { enter } = await serve();
  const codes: unknown[] = [];
  for (let count = 0; count < 31; count += 1) codes.push((await enter(`u${count}@example.com`)).status);
  expect(codes.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401));
  expect(codes.at(-1)).toBe(429);
});

test('a password change gives a new cookie and ends the old one', async () => {
  const { addUser, enter, call } = await serve();
  await addUser('ada@example.com', 'viewer');
  const old = (await enter('ada@example.com')).cookie;
  const body = { current: goodPassword, password: 'copper walnut drifting moss' };
  const changed = await call('POST', '/api/v1/session/password', { cookie: old, body });
  expect(changed.status).toBe(200);
  expect((await call('GET', '/api/v1/session', { cookie: old })).status).toBe(401);
  expect((await call('GET', '/api/v1/session', { cookie: changed.cookie })).status).toBe(200);
});

test('users, sessions and tokens are managed with times as text and every change on record', async () => {
  const { addUser, enter, call, server } = await serve();
  await addUser('root@example.com', 'super-admin');
  const { cookie } = await enter('root@example.com');
  const made = await call('POST', '/api/v1/users', {
    cookie,
    body: { email: 'vic@example.com', name: 'Vic', role: 'viewer', password: goodPassword },
  });
  expect(made).toMatchObject({ status: 201, answer: { role: 'viewer', disabled: false } });
  const createdAt = String(made.answer['createdAt']);
  expect(new Date(Date.parse(createdAt)).toISOString()).toBe(createdAt);
  const path = `/api/v1/users/${String(made.answer['id'])}`;
  const body = { role: 'auditor', id: 'usr_other', permissions: ['user.manage'], createdAt: 0 };
  const changed = await call('PATCH', path, { cookie, body });
  expect(changed).toMatchObject({
    status: 200,
    answer: { id: made.answer['id'], role: 'auditor', createdAt },
  });

  const token = await call('POST', '/api/v1/tokens', {
    cookie,
    body: { name: 'ci', permissions: ['user.read'], expiresInDays: 1 },
  });
  expect(token.status).toBe(201);
  const bearer = String(token.answer['token']);
  const users = await call('GET', '/api/v1/users?limit=1', { bearer });
  expect(users).toMatchObject({ status: 200, answer: { nextCursor: expect.any(String) } });
  expect(await call('GET', '/api/v1/users?cursor=%22x', { bearer })).toMatchObject({
    status: 422,
    answer: { errors: [{ field: 'cursor' }] },
  });
  expect((await call('GET', '/api/v1/roles', { bearer })).answer['items']).toHaveLength(7);
  expect((await call('GET', '/api/v1/tokens', { bearer })).status).toBe(403);
  expect((await call('GET', '/api/v1/tokens', { cookie })).answer['items']).toHaveLength(1);
  const revoke = `/api/v1/tokens/${String(token.answer['id'])}`;
  expect((await call('DELETE', revoke, { cookie })).status).toBe(200);
  expect((await call('GET', '/api/v1/users', { bearer })).status).toBe(401);

  const sessions = await call('GET', '/api/v1/sessions', { cookie });
  const [session] = sessions.answer['items'] as { id: string; current: boolean }[];
  expect(session).toMatchObject({ current: true });
  expect((await call('DELETE', `/api/v1/sessions/${session?.id}`, { cookie })).status).toBe(200);
  expect((await call('GET', '/api/v1/sessions', { cookie })).status).toBe(401);

  const acts = server.audited.filter(({ outcome }) => outcome === 'succeeded');
  expect(acts.map(({ action }) => action)).toEqual([
    'user.create',
    'user.update',
    'token.create',
    'token.revoke',
    'session.end',
  ]);
  expect(acts[0]?.target).toEqual({ type: 'user', id: made.answer['id'] });
  expect(JSON.stringify(server.audited)).not.toContain(goodPassword);
  expect(JSON.stringify(server.audited)).not.toContain(bearer);
});

test('who lacks the permission gets nothing, and an answer that names it', async () => {
  const { addUser, enter, call } = await serve();
  await addUser('vic@example.com', 'viewer');
  const { cookie } = await enter('vic@example.com');
  const body = { email: 'e@example.com', name: 'E', role: 'super-admin', password: goodPassword };
  expect(await call('POST', '/api/v1/users', { cookie, body })).toMatchObject({
    status: 403,
    answer: { code: 'forbidden', detail: expect.stringContaining('user.manage') },
  });
  for (const url of ['/api/v1/users', '/api/v1/roles']) {
    expect((await call('GET', url, { cookie })).status).toBe(403);
    expect((await call('GET', url)).status).toBe(401);
  }
});
