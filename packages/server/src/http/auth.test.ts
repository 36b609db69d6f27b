import { expect, test } from 'vitest';
import { createTestServer, identityOf, type TestServer } from '../../test/http-server.ts';
import { sessionCookieName } from '../access/cookie.ts';

async function withRoutes(options: Parameters<typeof createTestServer>[0] = {}): Promise<TestServer> {
  const server = await createTestServer(options);
  const answer = async (request: { identity: { userId: string; kind: string } | null }) => ({
    user: request.identity?.userId ?? null,
    kind: request.identity?.kind ?? null,
  });
  server.app.get('/t/public', { config: { access: 'public' } }, answer);
  server.app.get('/t/signed-in', { config: { access: 'signed-in' } }, answer);
  server.app.get('/t/read', { config: { access: 'audit.read' } }, answer);
  server.app.post('/t/edit', { config: { access: 'probe.edit' } }, answer);
  server.app.post('/t/open', { config: { access: 'public' } }, answer);
  server.app.delete('/t/things/:id', { config: { access: 'probe.edit', audit: 'probe.delete' } }, answer);
  server.app.post('/t/door', { config: { access: 'public', anyOrigin: true } }, answer);
  return server;
}
const cookie = (value: string) => ({ cookie: `__Host-custos=${value}` });
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

test('a route that does not say who may call it stops the registration', async () => {
  const { app } = await createTestServer();
  expect(() => app.get('/t/forgotten', async () => 'open to all')).toThrow(
    /GET \/t\/forgotten does not say who may call it/,
  );
});

test('a route whose audited action is not noun.verb stops the registration', async () => {
  const { app } = await createTestServer();
  expect(() =>
    app.get('/t/odd', { config: { access: 'public', audit: 'Deleted it' } }, async () => ''),
  ).toThrow(/noun\.verb/);
});

test('without a login a protected route answers 401 and a public one answers', async () => {
  const { app } = await withRoutes();
  const refused = await app.inject({ url: '/t/signed-in' });
  expect(refused.statusCode).toBe(401);
  expect(refused.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
  expect(refused.headers['www-authenticate']).toContain('Bearer');
  expect((await app.inject({ url: '/t/public' })).json()).toEqual({ user: null, kind: null });
});

test('a session cookie and an API token are both an identity, and the token goes first', async () => {
  const { app } = await withRoutes();
  const asked = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/t/signed-in', headers })).json();
  expect(await asked(cookie('ada'))).toEqual({ user: 'ada', kind: 'user' });
  expect(await asked(bearer('bot'))).toEqual({ user: 'bot', kind: 'token' });
  expect(await asked({ ...cookie('ada'), ...bearer('bot') })).toEqual({ user: 'bot', kind: 'token' });
});

test('a worthless token is refused even beside a good cookie, and is on record', async () => {
  const { app, audited } = await withRoutes();
  const response = await app.inject({
    url: '/t/signed-in',
    headers: { ...cookie('ada'), ...bearer('unknown-1') },
  });
  expect(response.statusCode).toBe(401);
  expect(audited).toMatchObject([
    {
      action: 'access.deny',
      outcome: 'denied',
      actor: { type: 'anonymous' },
      details: { route: '/t/signed-in' },
    },
  ]);
});

test('a missing permission is 403, names the permission, and is on record', async () => {
  const { app, audited } = await withRoutes();
  const response = await app.inject({ url: '/t/read', headers: cookie('ada=dashboard.read') });
  expect(response.statusCode).toBe(403);
  expect(response.json()).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('audit.read') });
  expect(audited).toMatchObject([
    {
      actor: { type: 'user', id: 'ada' },
      outcome: 'denied',
      requestId: response.headers['x-request-id'],
      details: { code: 'forbidden', access: 'audit.read' },
    },
  ]);
});

test('a denied privileged act carries its own action, login or not', async () => {
  const { app, audited } = await withRoutes();
  await app.inject({ method: 'DELETE', url: '/t/things/1' });
  await app.inject({ method: 'DELETE', url: '/t/things/1', headers: bearer('bot=dashboard.read') });
  expect(audited.map(({ action, outcome, actor }) => [action, outcome, actor.type])).toEqual([
    ['probe.delete', 'denied', 'anonymous'],
    ['probe.delete', 'denied', 'token'],
  ]);
});

test('a page says when nobody is at it, and whoever knows sessions is told', async () => {
  const told: boolean[] = [];
  const { app } = await createTestServer(
    {},
    {
      authenticator: {
        bySession: async (_token, { unattended }) => {
          told.push(unattended === true);
          return identityOf('ada');
        },
        byApiToken: async () => undefined,
      },
    },
  );
  app.get('/t/signed-in', { config: { access: 'signed-in' } }, async () => 'in');
  for (const value of ['1', '0', '', 'yes', undefined]) {
    const headers = { ...cookie('ada'), ...(value === undefined ? {} : { 'custos-unattended': value }) };
    expect((await app.inject({ url: '/t/signed-in', headers })).statusCode).toBe(200);
  }
  expect(told).toEqual([true, false, false, false, false]);
});

test('a restricted identity is told why: a person may mend it, a program may do nothing', async () => {
  const { app } = await createTestServer(
    {},
    {
      authenticator: {
        bySession: async (token) => ({
          ...identityOf('ada', []),
          restricted: token === 'late' ? ('second-factor' as const) : ('password' as const),
        }),
        byApiToken: async () => ({
          ...identityOf('ada', []),
          kind: 'token' as const,
          tokenId: 'tok_1',
          restricted: 'second-factor' as const,
        }),
      },
    },
  );
  app.get('/t/signed-in', { config: { access: 'signed-in' } }, async () => 'in');
  app.get('/t/read', { config: { access: 'audit.read' } }, async () => 'read');
  const ask = async (url: string, headers: Record<string, string>) => {
    const reply = await app.inject({ url, headers });
    return reply.statusCode === 200 ? 'in' : reply.json<{ code: string }>().code;
  };
  expect(await ask('/t/signed-in', cookie('late'))).toBe('in');
  expect(await ask('/t/read', cookie('late'))).toBe('second_factor_overdue');
  expect(await ask('/t/read', cookie('given'))).toBe('password_change_required');
  expect(await ask('/t/signed-in', bearer('bot'))).toBe('second_factor_overdue');
});

test('a denial stands when it cannot be recorded', async () => {
  const server = await withRoutes();
  server.refuseAudit('denied');
  const response = await server.app.inject({ url: '/t/read', headers: cookie('ada=dashboard.read') });
  expect(response.statusCode).toBe(403);
});

test('when identities cannot be looked up, nobody gets in and the answer says why', async () => {
  const away = async (): Promise<never> => {
    throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
  };
  const { app } = await createTestServer({}, { authenticator: { bySession: away, byApiToken: away } });
  app.get('/t/signed-in', { config: { access: 'signed-in' } }, async () => 'in');
  const response = await app.inject({ url: '/t/signed-in', headers: cookie('ada') });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ code: 'state_unavailable' });
  expect(response.headers['retry-after']).toBe('5');
  expect(response.body).not.toContain('10.1.2.3');
});

test.each([
  ['its own origin', { origin: 'http://custos.test' }, 200],
  ['the public address', { origin: 'https://watch.example.com' }, 200],
  ['another origin', { origin: 'https://evil.example' }, 403],
  ['another port of the host', { origin: 'http://custos.test:8080' }, 403],
  ['an opaque origin', { origin: 'null' }, 403],
  ['the same origin by Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }, 200],
  ['the address bar', { 'sec-fetch-site': 'none' }, 200],
  ['another site by Sec-Fetch-Site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['a sibling host by Sec-Fetch-Site', { 'sec-fetch-site': 'same-site' }, 403],
  ['nobody who says so', {}, 403],
])('a change with a cookie from %s', async (_from, headers, status) => {
  const { app, audited } = await withRoutes({ publicUrl: () => 'https://watch.example.com/custos' });
  const response = await app.inject({
    method: 'POST',
    url: '/t/edit',
    headers: { host: 'custos.test', ...cookie('ada'), ...(headers as Record<string, string>) },
  });
  expect(response.statusCode).toBe(status);
  if (status === 403) {
    expect(response.json()).toMatchObject({ code: 'origin_refused' });
    expect(audited).toMatchObject([{ outcome: 'denied', details: { code: 'origin_refused' } }]);
  }
});

test('a sign-in form on another origin cannot post here, while a program without a cookie can', async () => {
  const { app } = await withRoutes();
  const post = async (headers: Record<string, string>) =>
    (await app.inject({ method: 'POST', url: '/t/open', headers })).statusCode;
  expect(await post({ origin: 'https://evil.example' })).toBe(403);
  expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await post({})).toBe(200);
});

test('a token needs no origin, since no browser sends it by itself', async () => {
  const { app } = await withRoutes();
  const response = await app.inject({
    method: 'POST',
    url: '/t/edit',
    headers: { ...bearer('bot'), origin: 'https://ci.example' },
  });
  expect(response.statusCode).toBe(200);
});

test('the password of a proxy in front is neither a token nor an excuse for a foreign origin', async () => {
  const { app } = await withRoutes();
  const basic = { ...cookie('ada'), authorization: 'Basic YWRhOnNlY3JldA==' };
  expect((await app.inject({ url: '/t/signed-in', headers: basic })).json()).toMatchObject({ user: 'ada' });
  const headers = { ...basic, origin: 'https://evil.example' };
  expect((await app.inject({ method: 'POST', url: '/t/edit', headers })).statusCode).toBe(403);
});

test('a token that is no token is refused and the cookie beside it is not used', async () => {
  const { app } = await withRoutes();
  for (const authorization of ['Bearer', 'Bearer ', 'Bearer a b', `Bearer ${'x'.repeat(5000)}`]) {
    const response = await app.inject({ url: '/t/signed-in', headers: { ...cookie('ada'), authorization } });
    expect(response.statusCode, authorization.slice(0, 20)).toBe(401);
  }
});

test('a door for machines takes any origin and no cookie', async () => {
  const { app } = await withRoutes();
  const response = await app.inject({
    method: 'POST',
    url: '/t/door',
    headers: { ...cookie('ada'), origin: 'https://evil.example' },
  });
  expect(response.json()).toEqual({ user: null, kind: null });
});

test('the cookie that is read has the name that the sign-in gives it', async () => {
  for (const secure of [true, false]) {
    const name = sessionCookieName(secure);
    const { app } = await withRoutes({ sessionCookieName: name });
    const response = await app.inject({ url: '/t/signed-in', headers: { cookie: `${name}=ada` } });
    expect(response.json()).toMatchObject({ user: 'ada' });
  }
});

test('an API token is also taken as the password of Basic authentication, but not in the clear from afar', async () => {
  const { app } = await withRoutes({ trustedProxies: ['127.0.0.1'] });
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const ask = async (authorization: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url: '/t/signed-in', headers: { authorization, ...headers } })).statusCode;
  expect(await ask(basic('anything:custos_bot'))).toBe(200);
  expect(await ask(basic(':custos_bot'))).toBe(200);
  const afar = { 'x-forwarded-for': '198.51.100.7' };
  expect(await ask(basic('anything:custos_bot'), afar)).toBe(401);
  expect(await ask(basic('anything:custos_bot'), { ...afar, 'x-forwarded-proto': 'https' })).toBe(200);
  // A password of another kind is a proxy's, and the cookie goes on to count.
  expect(await ask(basic('proxy:secret'))).toBe(401);
  expect(await ask(basic('proxy:secret'), cookie('ada'))).toBe(200);
});

test('Basic authentication excuses no foreign origin, since browsers repeat it by themselves', async () => {
  const { app } = await withRoutes();
  const authorization = `Basic ${Buffer.from('x:custos_bot').toString('base64')}`;
  const send = async (headers: Record<string, string>) =>
    (await app.inject({ method: 'POST', url: '/t/edit', headers: { authorization, ...headers } })).statusCode;
  expect(await send({})).toBe(200);
  expect(await send({ origin: 'https://evil.example' })).toBe(403);
  expect(await send({ 'sec-fetch-site': 'cross-site' })).toBe(403);
});
