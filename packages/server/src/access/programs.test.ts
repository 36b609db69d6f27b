import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../test/stores.ts';
import { serveAccess, type Body } from './served-fixture.ts';

const day = 86_400_000;
const users = ['GET', '/api/v1/users'] as const;

describeOnBothStores('programs, over HTTP', (open) => {
  test('a token of somebody whose second factor is overdue stops, with a code of its own, until there is one', async () => {
    const { call, enter, tokenOf, clock, access, server, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bearer = await tokenOf(ada, ['user.read', 'token.own']);
    await clock.advance(7 * day - 1);
    expect((await call('', users, { bearer })).status).toBe(200);
    await clock.advance(1);
    const overdue = { status: 403, answer: { code: 'second_factor_overdue' } };
    expect(await call('', users, { bearer })).toMatchObject(overdue);
    // Not even what any signed-in caller may: only a person can mend it.
    for (const path of ['/api/v1/session', '/api/v1/approvals', '/api/v1/tokens']) {
      expect(await call('', ['GET', path], { bearer }), path).toMatchObject(overdue);
    }
    expect(server.audited.at(-1)).toMatchObject({ outcome: 'denied', actor: { type: 'token' } });

    const late = await access.signIn(
      { email: 'ada@example.com', password: 'tram velvet ocean lantern', replaces: null },
      { address: '192.0.2.1', device: 'test', requestId: null },
    );
    if ('step' in late) throw new Error('there is no second factor yet');
    const cookie = `__Host-custos=${late.token}`;
    expect(await call(cookie, users)).toMatchObject(overdue);
    const { secret } = (await call(cookie, ['POST', '/api/v1/factors/totp'], { body: {} })).answer;
    const code = new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate({ timestamp: clock.now() });
    expect((await call(cookie, ['POST', '/api/v1/factors/totp/confirm'], { body: { code } })).status).toBe(
      200,
    );
    expect((await call('', users, { bearer })).status).toBe(200);
    await stop();
  });

  test('a token of somebody who signs in by a provider that vouches for second factors goes on', async () => {
    const home = {
      id: 'home',
      name: 'Home',
      issuer: 'https://id.example',
      clientId: 'c',
      clientSecret: null,
    };
    const providers = [
      { ...home, secondFactor: ['mfa'] },
      { ...home, id: 'plain' },
    ];
    const state = await open();
    const { call, enter, tokenOf, idOf, clock, stop } = await serveAccess(state, { options: { providers } });
    const [ada, bob] = [
      await enter('ada@example.com', 'super-admin'),
      await enter('bob@example.com', 'super-admin'),
    ];
    const [hers, his] = [await tokenOf(ada, ['user.read']), await tokenOf(bob, ['user.read'])];
    const link = async (provider: string, userId: string) =>
      state.write
        .withTables<{
          access_external: { provider: string; subject: string; user_id: string; linked_at: number };
        }>()
        .insertInto('access_external')
        .values({ provider, subject: userId, user_id: userId, linked_at: 0 })
        .execute();
    await link('home', await idOf(ada));
    await link('plain', await idOf(bob));
    await clock.advance(30 * day);
    expect((await call('', users, { bearer: hers })).status).toBe(200);
    expect((await call('', users, { bearer: his })).answer['code']).toBe('second_factor_overdue');
    await stop();
  });

  test('addresses of a token are address rules, whichever of the two ways they were given', async () => {
    const { call, enter, tokenOf, clock, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bearer = await tokenOf(ada, ['user.read'], { addresses: ['198.51.100.9/24', '198.51.100.0/24'] });
    const from = async (address: string) => (await call('', users, { bearer, address })).answer['code'];
    expect(await from('198.51.100.77')).toBeUndefined();
    expect(await from('203.0.113.5')).toBe('address_refused');

    const listed = async () =>
      (await call(ada, ['GET', '/api/v1/tokens'])).answer['items'] as { id: string; addresses: string[] }[];
    const [token] = await listed();
    expect(token?.addresses).toEqual(['198.51.100.0/24']);
    const rules = async () => (await call(ada, ['GET', '/api/v1/address-rules'])).answer['items'] as Body[];
    expect(await rules()).toMatchObject([{ scope: 'token', subject: token?.id, range: '198.51.100.0/24' }]);

    // A rule by the other way opens the list further, for both.
    const rule = { scope: 'token', subject: token?.id, range: '203.0.113.5', note: '', confirm: false };
    expect((await call(ada, ['POST', '/api/v1/address-rules'], { body: rule })).status).toBe(201);
    expect(await from('203.0.113.5')).toBeUndefined();
    expect((await listed())[0]?.addresses).toEqual(['198.51.100.0/24', '203.0.113.5']);

    // Nothing is left of them once it is revoked.
    expect((await call(ada, ['DELETE', `/api/v1/tokens/${token?.id}`])).status).toBe(200);
    await clock.advance(1000);
    expect(await rules()).toEqual([]);
    await stop();
  });

  test('a service that does not say from where is told nothing good of a token with a list', async () => {
    const { call, enter, tokenOf, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const credential = await tokenOf(ada, ['user.read'], { addresses: ['198.51.100.0/24'] });
    const ask = async (more: Body) =>
      (
        await call(ada, ['POST', '/api/v1/authorize'], {
          body: { permission: 'user.read', credential, ...more },
        })
      ).answer;
    expect(await ask({ address: '198.51.100.4' })).toMatchObject({ allowed: true });
    expect(await ask({ address: '203.0.113.5' })).toMatchObject({ allowed: false, reason: 'address' });
    expect(await ask({})).toMatchObject({ allowed: false, reason: 'address' });
    await stop();
  });

  test('the host clears what keeps people out, and leaves the lists of tokens', async () => {
    const { call, enter, tokenOf, access, clock, stop } = await serveAccess(await open());
    const ada = await enter('ada@example.com', 'super-admin');
    const bearer = await tokenOf(ada, ['user.read'], { addresses: ['198.51.100.0/24'] });
    const rule = { scope: 'role', subject: 'viewer', range: '203.0.113.0/24', note: '', confirm: false };
    expect((await call(ada, ['POST', '/api/v1/address-rules'], { body: rule })).status).toBe(201);
    expect(await access.operator.clearAddressRules()).toBe(1);
    await clock.advance(1000);
    expect((await call('', users, { bearer })).answer['code']).toBe('address_refused');
    expect((await call('', users, { bearer, address: '198.51.100.1' })).status).toBe(200);
    await stop();
  });
});
