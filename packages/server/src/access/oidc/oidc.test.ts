import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeOnBothStores, freePort } from '../../../test/stores.ts';
import { cheapHashes, goodPassword, here, openAccess } from '../access-fixture.ts';
import { createAuthenticator } from '../factors/authenticator-fixture.ts';
import { startProvider, type ProviderPerson, type TestProvider } from './provider-fixture.ts';
import { fetchThrough } from './provider-fetch.ts';
import type { ProviderSettings } from './types.ts';

const redirectUri = 'https://custos.example/api/v1/sign-in/oidc/home/callback';
const ada: ProviderPerson = { sub: 'p-ada', email: 'Ada@Example.com', email_verified: true, name: 'Ada' };

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider({ port: await freePort(), redirectUri });
});
afterAll(() => provider.stop());

describeOnBothStores('an outside identity provider', (open) => {
  async function world(settings: Partial<ProviderSettings> = {}) {
    const { issuer, clientId, clientSecret } = provider;
    const home = { id: 'home', name: 'Home', issuer, clientId, clientSecret, ...settings };
    const fixture = await openAccess(await open(), { hashCost: cheapHashes, providers: [home] });
    const { access } = fixture;
    /** Goes to the provider as this person and comes back. */
    async function arrive(person: ProviderPerson, change: { query?: string; flowToken?: string } = {}) {
      provider.be(person);
      const { url, flowToken } = await access.providers.begin('home');
      const { search } = await provider.visit(url);
      const request = { replaces: null, provider: 'home', flowToken, query: search, ...change };
      return { request, outcome: await access.providers.arrive(request, here) };
    }
    const tokenOf = (outcome: object) => ('token' in outcome ? String(outcome.token) : '');
    return { ...fixture, arrive, tokenOf };
  }
  const refused = { code: 'sign_in_failed', status: 401 };

  test('is asked with PKCE, state and nonce', async () => {
    const { access } = await world({ scopes: ['groups'] });
    const url = new URL((await access.providers.begin('home')).url);
    expect(url.origin).toBe(provider.issuer);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: 'custos',
      redirect_uri: redirectUri,
      scope: 'openid email profile groups',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(access.providers.methods(here)).toEqual({
      passkeys: true,
      resets: true,
      providers: [{ id: 'home', name: 'Home' }],
    });
    await expect(access.providers.begin('elsewhere')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('makes no account and enters none unless the operator allows it', async () => {
    const { arrive, addUser, access, events } = await world();
    await addUser('ada@example.com', 'viewer');
    await expect(arrive(ada)).rejects.toMatchObject(refused);
    expect(events.at(-1)).toMatchObject({
      action: 'session.create',
      outcome: 'failed',
      details: { method: 'single-sign-on', reason: 'unknown', extra: { provider: 'home' } },
    });
    expect((await access.users.list({ limit: 10 })).items).toHaveLength(1);
  });

  test('makes an account just in time where that is on, and finds it again', async () => {
    const { arrive, access, next, tokenOf } = await world({ justInTime: true });
    const first = await arrive(ada);
    const identity = await access.bySession(tokenOf(first.outcome), here);
    expect(identity).toMatchObject({ email: 'ada@example.com', name: 'Ada', role: 'viewer' });
    const again = await arrive({ ...ada, email: 'ada@elsewhere.example' });
    const same = await access.bySession(tokenOf(again.outcome), here);
    expect(same?.userId).toBe(identity?.userId);
    expect(await next(first.outcome as never)).toBeDefined();
    expect(await access.factors.standing(identity as never)).toMatchObject({ hasPassword: false });
    // It is the only way in.
    await expect(access.providers.unlink(identity as never, 'home', here)).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  test('is never believed about an address that is taken, or not verified', async () => {
    const { arrive, addUser, access } = await world({ justInTime: true, linkByEmail: true });
    await addUser('ada@example.com', 'super-admin');
    await expect(arrive({ ...ada, email_verified: false })).rejects.toMatchObject(refused);
    await expect(arrive({ sub: 'p-ada', email: 'ada@example.com' })).rejects.toMatchObject(refused);
    expect((await access.users.list({ limit: 10 })).items).toHaveLength(1);
    await expect(arrive(ada)).resolves.toMatchObject({
      outcome: { identity: { email: 'ada@example.com', role: 'super-admin' } },
    });
    // Linked now: another person with the address does not get in.
    await expect(arrive({ ...ada, sub: 'p-eve', email_verified: false })).rejects.toMatchObject(refused);
  });

  test('gives roles by group at every sign-in, and nobody in no group gets in', async () => {
    const groups = [
      { group: 'ops', role: 'admin' },
      { group: 'staff', role: 'analyst' },
    ];
    const { arrive, next, tokenOf, access } = await world({ justInTime: true, scopes: ['groups'], groups });
    const staff = await arrive({ ...ada, groups: ['staff'] });
    expect(staff.outcome).toMatchObject({ identity: { role: 'analyst' } });
    const both = await arrive({ ...ada, groups: ['staff', 'ops'] });
    expect(both.outcome).toMatchObject({ identity: { role: 'admin' } });
    // The session with the role of before has ended.
    expect(await next(staff.outcome as never)).toBeUndefined();
    await expect(arrive({ ...ada, groups: ['other'] })).rejects.toMatchObject(refused);
    expect(await access.bySession(tokenOf(both.outcome), here)).toBeDefined();
  });

  test('does not take the last super administrator’s role away', async () => {
    const groups = [{ group: 'staff', role: 'viewer' }];
    const { arrive, addUser } = await world({ linkByEmail: true, scopes: ['groups'], groups });
    await addUser('ada@example.com', 'super-admin');
    const { outcome } = await arrive({ ...ada, groups: ['staff'] });
    expect(outcome).toMatchObject({ identity: { role: 'super-admin' } });
  });

  describe('an answer', () => {
    test('works once, and only in the browser that asked', async () => {
      const { arrive, access } = await world({ justInTime: true });
      const { request } = await arrive(ada);
      await expect(access.providers.arrive(request, here)).rejects.toMatchObject(refused);
      for (const flowToken of ['', 'x'.repeat(43)]) {
        await expect(arrive(ada, { flowToken })).rejects.toMatchObject(refused);
      }
      const other = await access.providers.begin('home');
      await expect(arrive(ada, { flowToken: other.flowToken })).rejects.toMatchObject(refused);
    });

    test('that came in parallel fifty times lets one in', async () => {
      const { access } = await world({ justInTime: true });
      provider.be(ada);
      const { url, flowToken } = await access.providers.begin('home');
      const { search: query } = await provider.visit(url);
      const request = { replaces: null, provider: 'home', flowToken, query };
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, () => access.providers.arrive(request, here)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    test('that was changed is refused', async () => {
      const { arrive } = await world({ justInTime: true });
      const changes = ['?code=forged&state=x', '?error=access_denied', '', '?code=a&code=b'];
      for (const query of changes) await expect(arrive(ada, { query }), query).rejects.toMatchObject(refused);
    });

    test('is refused for a disabled account', async () => {
      const { arrive, access, addUser, signIn } = await world({ justInTime: true });
      await addUser('root@example.com', 'super-admin');
      const root = await signIn('root@example.com');
      const { outcome } = await arrive(ada);
      const { userId } = (outcome as { identity: { userId: string } }).identity;
      await access.users.update(userId, { disabled: true }, root.identity);
      await expect(arrive(ada)).rejects.toMatchObject(refused);
    });
  });

  describe('a second factor', () => {
    test('of ours is asked for, unless the provider vouches for one in words that count', async () => {
      const { arrive, access, addUser, signIn } = await world({ linkByEmail: true, secondFactor: ['mfa'] });
      await addUser('ada@example.com', 'viewer');
      const session = await signIn('ada@example.com');
      const key = createAuthenticator({ id: 'custos.example', origin: 'https://custos.example' });
      const { ticket, options } = await access.factors.beginPasskey(session.identity, here);
      const response = key.create(options);
      await access.factors.addPasskey(session.identity, { ticket, name: 'Key', response }, here);

      const { outcome } = await arrive({ ...ada, amr: ['pwd'] });
      if (!('step' in outcome) || outcome.passkey === null) throw new Error('no passkey was asked for');
      const proof = { kind: 'passkey', response: key.get(outcome.passkey) } as const;
      const entered = await access.secondStep({ replaces: null, ticket: outcome.ticket, proof }, here);
      expect(entered.identity.secondFactorAt).toEqual(expect.any(Number));
      const vouched = await arrive({ ...ada, amr: ['pwd', 'mfa'] });
      expect(vouched.outcome).toMatchObject({ identity: { secondFactorAt: expect.any(Number) } });
    });
  });

  test('is linked by its owner during a session, and unlinked again', async () => {
    const { access, addUser, signIn, arrive, told } = await world();
    await addUser('ada@example.com', 'viewer');
    const { identity } = await signIn('ada@example.com');
    provider.be({ sub: 'p-else', email: 'private@example.org', email_verified: true });
    const { url, flowToken } = await access.providers.beginLink(identity, 'home');
    const { search: query } = await provider.visit(url);
    const request = { replaces: null, provider: 'home', flowToken, query };
    expect(await access.providers.arrive(request, here)).toEqual({ linked: 'home' });
    expect(told.at(-1)?.message.kind).toBe('provider-linked');
    const person = { sub: 'p-else', email: 'private@example.org' };
    await expect(arrive(person)).resolves.toMatchObject({
      outcome: { identity: { email: 'ada@example.com' } },
    });
    await access.providers.unlink(identity, 'home', here);
    await expect(arrive(person)).rejects.toMatchObject(refused);
    await expect(signIn('ada@example.com', here, goodPassword)).resolves.toBeDefined();
  });

  test('that is away is named as such', async () => {
    const { access } = await world({ issuer: `http://127.0.0.1:${await freePort()}` });
    await expect(access.providers.begin('home')).rejects.toMatchObject({
      code: 'identity_provider_failed',
      status: 502,
    });
  });
});

test('a provider’s requests go through the door for outgoing requests as they are', async () => {
  const seen: unknown[] = [];
  const send = fetchThrough({
    async request(request) {
      seen.push(request);
      return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from('{"a":1}') };
    },
  });
  const reply = await send('https://id.example/token', { method: 'POST', headers: { a: 'b' }, body: 'c=d' });
  expect(await reply.json()).toEqual({ a: 1 });
  expect(seen).toEqual([
    {
      url: 'https://id.example/token',
      method: 'POST',
      headers: { a: 'b' },
      body: 'c=d',
      maxResponseBytes: 262_144,
      onTooLarge: 'error',
      purpose: 'identity provider',
    },
  ]);
});
