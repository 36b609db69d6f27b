import { createHmac, generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, type JWK } from 'jose';
import { expect, test } from 'vitest';
import { describeOnBothStores } from '../../../test/stores.ts';
import { cheapHashes, goodPassword, here, openAccess } from '../access-fixture.ts';

const minute = 60_000;
const day = 86_400_000;

describeOnBothStores('JSON web tokens', (open) => {
  async function world() {
    const state = await open();
    const options = { hashCost: cheapHashes, jwt: { audiences: ['shop'] } };
    const fixture = await openAccess(state, options);
    await fixture.addUser('root@example.com', 'super-admin');
    const id = await fixture.addUser('ada@example.com', 'analyst');
    const session = await fixture.signIn('ada@example.com');
    const use = (token: string) => fixture.access.byApiToken(token, here);
    return { ...fixture, state, options, id, session, use };
  }

  test('name the session and what may be done, live five minutes, and hold nothing personal', async () => {
    const { access, session, clock, id } = await world();
    const { token, expiresAt } = await access.jwt.mint(session.identity);
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', kid: expect.any(String), typ: 'at+jwt' });
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      iss: 'https://custos.example',
      aud: 'custos',
      sub: id,
      sid: session.identity.sessionId,
      role: 'analyst',
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(300);
    expect(expiresAt).toBe(Math.floor((clock.now() + 5 * minute) / 1000) * 1000);
    for (const personal of ['ada@example.com', 'Somebody']) {
      expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain(personal);
    }
  });

  test('are checked by anybody with the published keys, for their own audience only', async () => {
    const { access, session, clock, use } = await world();
    const { token } = await access.jwt.mint(session.identity, 'shop');
    const keys = createLocalJWKSet({ keys: (await access.jwt.keys()) as JWK[] });
    const check = { issuer: 'https://custos.example', audience: 'shop', currentDate: new Date(clock.now()) };
    await expect(jwtVerify(token, keys, check)).resolves.toBeDefined();
    expect(await use(token)).toBeUndefined();
    expect(await access.jwt.check(token, 'shop')).toMatchObject({ kind: 'token' });
    await expect(access.jwt.mint(session.identity, 'elsewhere')).rejects.toMatchObject({
      fields: [{ field: 'audience' }],
    });
    for (const key of await access.jwt.keys()) expect(Object.keys(key)).not.toContain('d');
  });

  test('that are made for a service are answered for when it asks, and are no sign-in here', async () => {
    const { access, session, signIn, use } = await world();
    const service = await signIn('root@example.com');
    const { token } = await access.jwt.mint(session.identity, 'shop');
    const ask = () =>
      access.deciding.authorize(
        service.identity,
        { permission: 'alert.read', credential: token },
        { ...here, requestId: 'req_1' },
      );
    expect(await ask()).toMatchObject({ allowed: true, identity: { userId: session.identity.userId } });
    expect(await use(token)).toBeUndefined();
    await access.signOut(session.identity);
    expect(await ask()).toEqual({ allowed: false, reason: 'credential', identity: null });
  });

  test('stand for a program that can do what its person can, and no more than was put in', async () => {
    const { access, session, use } = await world();
    const { token } = await access.jwt.mint(session.identity);
    const identity = await use(token);
    expect(identity).toMatchObject({ kind: 'token', sessionId: session.identity.sessionId, tokenId: null });
    expect(identity?.permissions).toEqual(session.identity.permissions);
    if (identity === undefined) throw new Error('no identity');
    await expect(access.jwt.mint(identity)).rejects.toMatchObject({ code: 'forbidden' });
    const ask = { name: 'ci', permissions: ['alert.read'] as const, expiresInDays: 1 };
    await expect(access.tokens.create(identity, ask)).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('are over after five minutes, and at once with their session', async () => {
    const { access, session, signIn, clock, use, id } = await world();
    const { token } = await access.jwt.mint(session.identity);
    await clock.advance(5 * minute);
    expect(await use(token)).toBeUndefined();

    const root = await signIn('root@example.com');
    const ends: readonly (() => Promise<unknown>)[] = [
      () => access.users.update(id, { role: 'viewer' }, root.identity),
      () => access.users.update(id, { disabled: true }, root.identity),
    ];
    const out = await signIn('ada@example.com');
    const left = (await access.jwt.mint(out.identity)).token;
    expect(await use(left)).toBeDefined();
    await access.signOut(out.identity);
    expect(await use(left)).toBeUndefined();
    for (const end of ends) {
      const { identity } = await signIn('ada@example.com');
      const made = (await access.jwt.mint(identity)).token;
      expect(await use(made)).toBeDefined();
      await end();
      expect(await use(made)).toBeUndefined();
    }
    await access.users.update(id, { disabled: false }, root.identity);
    const last = await signIn('ada@example.com');
    const before = (await access.jwt.mint(last.identity)).token;
    const change = { current: goodPassword, password: 'copper walnut drifting moss' };
    await access.changePassword(last.identity, change, here);
    expect(await use(before)).toBeUndefined();
  });

  test('that are forged in the known ways are worth nothing', async () => {
    const { access, session, use, clock } = await world();
    const { token } = await access.jwt.mint(session.identity);
    expect(await use(token)).toBeDefined();
    const [head = '', body = '', signature = ''] = token.split('.');
    const { kid = '' } = decodeProtectedHeader(token);
    const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const published = (await access.jwt.keys())[0] ?? {};
    const hmac = (header: string, key: string) =>
      createHmac('sha256', key).update(`${header}.${body}`).digest('base64url');
    const none = text({ alg: 'none', kid, typ: 'at+jwt' });
    const hs = text({ alg: 'HS256', kid, typ: 'at+jwt' });
    const own = generateKeyPairSync('ed25519');
    const sign = (header: Record<string, unknown>, change: Record<string, unknown> = {}) =>
      new SignJWT({ ...decodeJwt(token), ...change })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header })
        .sign(own.privateKey);
    const forged = [
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      `${hs}.${body}.${hmac(hs, JSON.stringify(published))}`,
      `${hs}.${body}.${hmac(hs, String(published['x']))}`,
      `${head}.${text({ ...decodeJwt(token), permissions: ['user.manage'] })}.${signature}`,
      `${head}.${body}.${signature.slice(0, -4)}AAAA`,
      await sign({ kid }),
      await sign({ kid: 'key_unknown' }),
      await sign({ kid, jku: 'https://evil.example/jwks.json' }),
      await sign({ kid, jwk: own.publicKey.export({ format: 'jwk' }) }),
      await sign({}),
      'a.b.c',
      '..',
      'x'.repeat(100_000),
    ];
    for (const one of forged) expect(await use(one), one.slice(0, 80)).toBeUndefined();
    await clock.advance(-minute);
    clock.jump(-minute);
    expect(await use(token), 'from the future').toBeUndefined();
  });

  test('a new key signs after thirty days, and two nodes that need one make one', async () => {
    const { access, session, clock, state, options, signIn, use } = await world();
    const other = await openAccess(state, options);
    await Promise.all([access.jwt.mint(session.identity), other.access.jwt.mint(session.identity)]);
    expect(await access.jwt.keys()).toHaveLength(1);
    await clock.advance(30 * day - minute);
    const soon = await signIn('ada@example.com');
    const old = (await access.jwt.mint(soon.identity)).token;
    await clock.advance(minute);
    const fresh = (await access.jwt.mint(soon.identity)).token;
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect(await use(old)).toBeDefined();
    expect(await use(fresh)).toBeDefined();
    expect(await access.jwt.keys()).toHaveLength(2);
    await clock.advance(15 * minute);
    expect(await access.jwt.keys()).toHaveLength(1);
    await access.jwt.rotate();
    expect((await access.jwt.keys()).map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(old).kid);
  });
});
