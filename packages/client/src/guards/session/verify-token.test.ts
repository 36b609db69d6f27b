import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CustosFixture, startCustos, type TokenFacts } from './custos-fixture.ts';
import type { SessionGuardOptions } from './types.ts';
import { createTokenVerifier } from './verify-token.ts';

let custos: CustosFixture;
beforeEach(async () => {
  custos = await startCustos();
});
afterEach(async () => custos.stop());

const verifier = (options: Partial<SessionGuardOptions> = {}) =>
  createTokenVerifier({ baseUrl: `${custos.url}/`, audience: 'shop', ...options });
const seconds = (): number => Math.floor(Date.now() / 1000);
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token of Custos says who it is, which session, and what they may do', async () => {
  expect(await verifier()(await custos.token())).toEqual({
    userId: 'usr_ada',
    sessionId: 'ses_1',
    permissions: new Set(['dashboard.read', 'investigation.read']),
    expiresAt: expect.closeTo(Date.now() + 300_000, -4),
  });
});

test('permissions may come as the words of a scope', async () => {
  const claims = { permissions: undefined, scope: 'dashboard.read  pii.read' };
  expect((await verifier()(await custos.token({ claims })))?.permissions).toEqual(
    new Set(['dashboard.read', 'pii.read']),
  );
});

const worthless: readonly [string, () => TokenFacts][] = [
  ['that is over', () => ({ claims: { iat: seconds() - 200, exp: seconds() - 10 } })],
  ['without an end', () => ({ claims: { exp: undefined } })],
  ['without a beginning', () => ({ claims: { iat: undefined } })],
  ['of tomorrow', () => ({ claims: { iat: seconds() + 86_400, exp: seconds() + 86_700 } })],
  ['that is not valid yet', () => ({ claims: { nbf: seconds() + 60 } })],
  ['that lives for an hour', () => ({ claims: { exp: seconds() + 3_600 } })],
  ['for another audience', () => ({ claims: { aud: 'bank' } })],
  ['without an audience', () => ({ claims: { aud: undefined } })],
  ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
  ['without an issuer', () => ({ claims: { iss: undefined } })],
  ['without a session', () => ({ claims: { sid: undefined } })],
  ['with a session that is no text', () => ({ claims: { sid: 7 } })],
  ['without a user', () => ({ claims: { sub: undefined } })],
  ['of another type', () => ({ header: { typ: 'JWT' } })],
  ['without a type', () => ({ header: { typ: undefined } })],
  ['of a key that is not known', () => ({ header: { kid: 'key_unknown' } })],
];

test.each(worthless)('a token %s is worth nothing', async (_what, facts) => {
  expect(await verifier()(await custos.token(facts()))).toBeUndefined();
});

describe('a forged token is worth nothing:', () => {
  test('signed by a key of somebody else under the name of ours', async () => {
    const other = await startCustos();
    const token = await custos.token({ key: other.key.privateKey });
    await other.stop();
    expect(await verifier()(token)).toBeUndefined();
  });

  test('without a signature, with alg none', async () => {
    const [, payload] = (await custos.token()).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const header = encode({ alg, typ: 'at+jwt', kid: custos.key.kid });
      expect(await verifier()(`${header}.${payload}.`)).toBeUndefined();
    }
  });

  test('signed with the public key as a secret (HS256)', async () => {
    const [, payload] = (await custos.token()).split('.');
    const { x = '' } = custos.key.publicJwk;
    const secrets = [x, Buffer.from(x, 'base64url'), JSON.stringify(custos.key.publicJwk)];
    for (const secret of secrets) {
      const signed = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: custos.key.kid })}.${payload}`;
      const signature = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await verifier()(`${signed}.${signature}`)).toBeUndefined();
    }
  });

  test('signed by another kind of key that is published as well', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicJwk = pair.publicKey.export({ format: 'jwk' });
    custos.published = [...custos.published, { ...publicJwk, kid: 'ec', alg: 'ES256' } as never];
    const token = await custos.token({ header: { alg: 'ES256', kid: 'ec' }, key: pair.privateKey as never });
    expect(await verifier()(token)).toBeUndefined();
  });

  test('with keys of its own in the header (jwk, jku, x5u)', async () => {
    const other = await startCustos();
    for (const header of [
      { jwk: other.key.publicJwk },
      { jku: `${other.url}/.well-known/jwks.json`, kid: other.key.kid },
      { x5u: `${other.url}/cert.pem`, kid: other.key.kid },
      { jwk: other.key.publicJwk, kid: undefined },
    ]) {
      const token = await custos.token({ header, key: other.key.privateKey });
      expect(await verifier()(token)).toBeUndefined();
    }
    expect(other.asked).toEqual([]);
    await other.stop();
  });

  test('with another payload under a good signature', async () => {
    const [header, payload = '', signature] = (await custos.token()).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = encode({ ...claims, permissions: ['pii.read'] });
    expect(await verifier()(`${header}.${forged}.${signature}`)).toBeUndefined();
  });

  test('that is no token at all', async () => {
    for (const text of ['', 'a', 'a.b.c', '..', 'custos_pat_x', 'é.é.é', `${'a'.repeat(9_000)}.b.c`]) {
      expect(await verifier()(text)).toBeUndefined();
    }
  });
});

describe('keys', () => {
  test('are fetched once for many tokens', async () => {
    const verify = verifier();
    await Promise.all(Array.from({ length: 20 }, async () => verify(await custos.token())));
    expect(custos.asked.map(({ path }) => path)).toEqual(['/.well-known/jwks.json']);
  });

  test('that are new are found at once, and old ones go on until they are withdrawn', async () => {
    const verify = verifier({ keysCooldownMs: 0 });
    const old = await custos.token();
    expect(await verify(old)).toBeDefined();
    await custos.rotate();
    expect(await verify(await custos.token())).toBeDefined();
    expect(await verify(old)).toBeDefined();
    custos.published = custos.published.slice(1);
    await expect(verifier()(old)).resolves.toBeUndefined();
  });

  test('that nobody has are not looked for again and again', async () => {
    const verify = verifier();
    await verify(await custos.token());
    for (let turn = 0; turn < 20; turn += 1) {
      expect(await verify(await custos.token({ header: { kid: `guess_${turn}` } }))).toBeUndefined();
    }
    expect(custos.asked).toHaveLength(1);
  });

  test('that cannot be had are a failure and not a bad token', async () => {
    const token = await custos.token();
    await custos.stop();
    await expect(verifier()(token)).rejects.toThrow();
    custos = await startCustos();
    const wrong = verifier({ fetch: async () => new Response('a page of a proxy', { status: 502 }) });
    await expect(wrong(token)).rejects.toThrow();
  });
});
