import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { freePort } from '../../test/stores.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openState } from '../storage/state/open.ts';
import { cheapHashes, goodPassword, openAccess } from './access-fixture.ts';
import { sessionCookieName } from './cookie.ts';
import { createAuthenticator } from './factors/authenticator-fixture.ts';
import { startProvider, type TestProvider } from './oidc/provider-fixture.ts';
import { accessRoutes } from './routes.ts';

const callback = 'https://custos.example/api/v1/sign-in/oidc/home/callback';
const another = 'copper walnut drifting moss';

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider({ port: await freePort(), redirectUri: callback });
});
afterAll(() => provider.stop());

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

type Body = Record<string, unknown>;
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The real server with these routes, and browsers that keep every cookie that they are given. */
async function serve() {
  const directory = mkdtempSync(join(tmpdir(), 'custos-journey-'));
  const url = `sqlite:${join(directory, 'state.sqlite')}`;
  const state = await openState({ url, clock: systemClock, log: silentLogger });
  const { issuer, clientId, clientSecret } = provider;
  const home = { id: 'home', name: 'Home', issuer, clientId, clientSecret, justInTime: true };
  const fixture = await openAccess(state, { hashCost: cheapHashes, providers: [home] });
  const server = await createTestServer(
    { sessionCookieName: sessionCookieName(true) },
    { authenticator: fixture.access },
  );
  await server.app.register(accessRoutes(fixture.access, { secureCookie: true }));
  await server.app.ready();
  endings.push(async () => {
    await server.stop();
    await fixture.access.stop();
    await state.close();
    rmSync(directory, { recursive: true });
  });

  /** With a token it is a program instead, which keeps no cookies. */
  function browser(bearer?: string) {
    const jar = new Map<string, string>();
    return {
      jar,
      async call(method: Method, path: string, body?: Body) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await server.app.inject({
          method,
          url: path,
          headers: {
            host: 'localhost',
            origin: 'http://localhost',
            ...(cookie === '' || bearer !== undefined ? {} : { cookie }),
            ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          },
          ...(body === undefined ? {} : { payload: body }),
        });
        const set = [response.headers['set-cookie'] ?? []].flat();
        for (const line of set) {
          const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
          if (value === '') jar.delete(name);
          else jar.set(name, value);
        }
        const isJson = String(response.headers['content-type']).includes('json');
        return {
          status: response.statusCode,
          answer: isJson ? response.json<Body>() : {},
          location: String(response.headers['location'] ?? ''),
          headers: response.headers,
          set,
        };
      },
    };
  }
  return { ...fixture, server, browser };
}

const codeOf = (secret: unknown, at: number): string =>
  new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate({ timestamp: at });

test('password, then the code of an authenticator, in two steps', async () => {
  const { addUser, browser, clock, server } = await serve();
  await addUser('ada@example.com', 'viewer');
  const ada = browser();
  const credentials = { email: 'ada@example.com', password: goodPassword };
  expect((await ada.call('POST', '/api/v1/session', credentials)).status).toBe(200);
  const seed = await ada.call('POST', '/api/v1/factors/totp', {});
  expect(seed.headers['cache-control']).toBe('no-store');
  const before = ada.jar.get('__Host-custos');
  const confirmed = await ada.call('POST', '/api/v1/factors/totp/confirm', {
    code: codeOf(seed.answer['secret'], clock.now()),
  });
  expect(confirmed.answer['recoveryCodes']).toHaveLength(10);
  expect(ada.jar.get('__Host-custos')).not.toBe(before);
  expect((await ada.call('GET', '/api/v1/factors')).answer).toMatchObject({
    recoveryCodesLeft: 10,
    passkeys: [],
    devices: [{}],
  });
  expect((await ada.call('GET', '/api/v1/me')).answer).toMatchObject({
    secondFactor: { enrolled: true, required: false, requiredFrom: null, restricted: false },
  });

  await clock.advance(30_000);
  const phone = browser();
  const first = await phone.call('POST', '/api/v1/session', credentials);
  expect(first).toMatchObject({ status: 202, answer: { step: 'second-factor' }, set: [] });
  expect((await phone.call('GET', '/api/v1/session')).status).toBe(401);
  const { ticket } = first.answer;
  const second = (code: string) =>
    phone.call('POST', '/api/v1/session/second-factor', { ticket, proof: { kind: 'totp', code } });
  expect(await second('12 34')).toMatchObject({ status: 422, answer: { code: 'invalid_input' } });
  expect(await second('000000')).toMatchObject({ status: 401, answer: { code: 'second_factor_failed' } });
  const code = codeOf(seed.answer['secret'], clock.now());
  expect((await second(`${code.slice(0, 3)} ${code.slice(3)}`)).status).toBe(200);
  expect((await phone.call('GET', '/api/v1/session')).answer).toMatchObject({ email: 'ada@example.com' });
  const recorded = JSON.stringify(server.audited);
  expect(recorded).toContain('factor.add');
  for (const secret of [seed.answer['secret'], ticket, code]) expect(recorded).not.toContain(String(secret));
});

test('a passkey alone', async () => {
  const { addUser, browser } = await serve();
  await addUser('ada@example.com', 'viewer');
  const ada = browser();
  await ada.call('POST', '/api/v1/session', { email: 'ada@example.com', password: goodPassword });
  // The installation has a public address, so passkeys are for that.
  const key = createAuthenticator({ id: 'custos.example', origin: 'https://custos.example' });
  const step = await ada.call('POST', '/api/v1/factors/passkeys/options', {});
  const { ticket, options } = step.answer as { ticket: string; options: Body };
  const added = await ada.call('POST', '/api/v1/factors/passkeys', {
    ticket,
    name: 'Laptop',
    response: key.create(options),
  });
  expect(added.status).toBe(201);
  const visitor = browser();
  const asked = await visitor.call('POST', '/api/v1/session/passkey/options', {});
  const begun = asked.answer as { ticket: string; options: Body };
  const entered = await visitor.call('POST', '/api/v1/session/passkey', {
    ticket: begun.ticket,
    response: key.get(begun.options),
  });
  expect(entered).toMatchObject({ status: 200, answer: { email: 'ada@example.com' } });
});

test('a proof during a session gives it another token; the old one is worth nothing', async () => {
  const { addUser, browser, clock } = await serve();
  await addUser('ada@example.com', 'viewer');
  const ada = browser();
  await ada.call('POST', '/api/v1/session', { email: 'ada@example.com', password: goodPassword });
  const old = browser();
  old.jar.set('__Host-custos', ada.jar.get('__Host-custos') ?? '');
  await clock.advance(6 * 60_000);
  expect((await ada.call('POST', '/api/v1/factors/totp', {})).answer).toMatchObject({
    code: 'step_up_required',
  });
  const proof = { kind: 'password', password: goodPassword };
  expect((await ada.call('POST', '/api/v1/session/step-up', { proof })).status).toBe(200);
  expect((await ada.call('POST', '/api/v1/factors/totp', {})).status).toBe(200);
  expect((await old.call('GET', '/api/v1/session')).status).toBe(401);
});

test('a JSON web token opens what its session may, until the session ends', async () => {
  const { addUser, browser } = await serve();
  await addUser('adm@example.com', 'admin');
  const adm = browser();
  await adm.call('POST', '/api/v1/session', { email: 'adm@example.com', password: goodPassword });
  const made = await adm.call('POST', '/api/v1/session/jwt', {});
  const token = String(made.answer['token']);
  expect(token.length).toBeGreaterThan(500);
  const program = browser(token);
  expect((await program.call('GET', '/api/v1/users')).status).toBe(200);
  expect((await program.call('POST', '/api/v1/session/jwt', {})).answer).toMatchObject({
    code: 'forbidden',
  });
  const keys = await program.call('GET', '/.well-known/jwks.json');
  expect(keys.answer).toMatchObject({ keys: [{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }] });
  expect(JSON.stringify(keys.answer)).not.toContain('"d"');
  await adm.call('DELETE', '/api/v1/session');
  expect((await program.call('GET', '/api/v1/users')).status).toBe(401);
});

test('invited, the password forgotten, and chosen again, without anybody else seeing a link', async () => {
  const { access, addUser, browser, told, server } = await serve();
  await addUser('adm@example.com', 'admin');
  const adm = browser();
  await adm.call('POST', '/api/v1/session', { email: 'adm@example.com', password: goodPassword });
  const invited = await adm.call('POST', '/api/v1/users/invitations', {
    email: 'vic@example.com',
    name: 'Vic',
    role: 'viewer',
    password: 'chosen by the administrator',
  });
  expect(invited.status).toBe(201);
  const tokenOf = () => told.findLast(({ message }) => message.url !== null)?.message.url?.split('token=')[1];
  const vic = browser();
  const token = tokenOf();
  expect((await vic.call('POST', '/api/v1/sign-in/links/look', { token })).answer).toMatchObject({
    kind: 'invitation',
    email: 'vic@example.com',
  });
  const use = { token, password: goodPassword };
  expect((await vic.call('POST', '/api/v1/sign-in/links/use', use)).status).toBe(200);
  expect((await vic.call('POST', '/api/v1/sign-in/links/use', use)).status).toBe(403);
  const credentials = { email: 'vic@example.com', password: goodPassword };
  expect((await vic.call('POST', '/api/v1/session', credentials)).status).toBe(200);

  const known = await vic.call('POST', '/api/v1/sign-in/resets', { email: 'vic@example.com' });
  const unknown = await vic.call('POST', '/api/v1/sign-in/resets', { email: 'nobody@example.com' });
  expect(known.answer).toEqual(unknown.answer);
  await access.links.settled();
  const reset = { token: tokenOf(), password: another };
  expect((await vic.call('POST', '/api/v1/sign-in/links/use', reset)).status).toBe(200);
  expect((await vic.call('GET', '/api/v1/session')).status).toBe(401);
  expect(JSON.stringify(server.audited)).not.toContain(String(token));
});

test('to a provider and back, with a cookie that opens the way back only', async () => {
  const { browser } = await serve();
  provider.be({ sub: 'p-ada', email: 'ada@example.com', email_verified: true, name: 'Ada' });
  const ada = browser();
  const away = await ada.call('GET', '/api/v1/sign-in/oidc/home');
  expect(away.status).toBe(303);
  expect(away.set[0]).toMatch(
    /^__Host-custos-flow=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600; Secure$/,
  );
  const { pathname, search } = await provider.visit(away.location);
  const elsewhere = await browser().call('GET', `${pathname}${search}`);
  expect(elsewhere).toMatchObject({ status: 303, location: '/login#problem=sign_in_failed' });
  const back = await ada.call('GET', `${pathname}${search}`);
  expect(back).toMatchObject({ status: 303, location: '/' });
  expect(ada.jar.has('__Host-custos-flow')).toBe(false);
  expect((await ada.call('GET', '/api/v1/session')).answer).toMatchObject({ name: 'Ada', role: 'viewer' });
  expect((await ada.call('GET', '/api/v1/sign-in')).answer).toMatchObject({
    providers: [{ id: 'home', name: 'Home' }],
  });
});

test('a token in the address opens nothing', async () => {
  const { addUser, browser } = await serve();
  await addUser('ada@example.com', 'viewer');
  const ada = browser();
  await ada.call('POST', '/api/v1/session', { email: 'ada@example.com', password: goodPassword });
  const ask = { name: 'ci', permissions: ['dashboard.read'], expiresInDays: 1 };
  const { token } = (await ada.call('POST', '/api/v1/tokens', ask)).answer;
  for (const name of ['token', 'access_token', 'api_key']) {
    expect((await browser().call('GET', `/api/v1/session?${name}=${String(token)}`)).status).toBe(401);
  }
});
