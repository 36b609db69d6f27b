import { expect, test } from 'vitest';
import { createTestServer, identityOf } from '../../test/http-server.ts';
import type { RateLimits } from './rate-limits.ts';
import { rateClassOf } from './rate-classes.ts';

/** Two tokens of one user, `a1` and `a2`, one of another, `b1`, and sessions of the same two. */
async function serve(limits: Partial<RateLimits>) {
  const find = async (secret: string, kind: 'user' | 'token') => ({
    ...identityOf(secret.slice(0, 1)),
    kind,
    sessionId: kind === 'user' ? secret : null,
    tokenId: kind === 'token' ? secret : null,
  });
  const rateLimits = { perAddress: 1000, perIdentity: 1000, perClass: {}, ...limits };
  const server = await createTestServer(
    { rateLimits },
    {
      authenticator: {
        bySession: async (secret) => find(secret, 'user'),
        byApiToken: async (secret) => find(secret, 'token'),
      },
    },
  );
  server.app.get('/t/read', { config: { access: 'signed-in' } }, async () => 'seen');
  server.app.post('/t/write', { config: { access: 'signed-in' } }, async () => 'done');
  server.app.get('/t/export', { config: { access: 'signed-in', rateClass: 'export' } }, async () => 'much');
  server.app.get('/t/reveal', { config: { access: 'signed-in', rateClass: 'reveal' } }, async () => 'one');
  server.app.get(
    '/t/query',
    { config: { access: 'signed-in', rateClass: 'query', requestsPerMinute: 500 } },
    async () => 'figures',
  );
  /** How many of `count` calls are taken, and what the first refused one says. */
  const taken = async (
    who: string,
    count: number,
    { path = '/t/read', address = '192.0.2.1' } = {},
  ): Promise<number> => {
    const headers: Record<string, string> = /\d/.test(who)
      ? { authorization: `Bearer ${who}` }
      : { cookie: `__Host-custos=${who}` };
    let good = 0;
    for (let call = 0; call < count; call += 1) {
      const response = await server.app.inject({
        method: path === '/t/write' ? 'POST' : 'GET',
        url: path,
        headers: { ...headers, origin: 'http://localhost', host: 'localhost' },
        remoteAddress: address,
      });
      if (response.statusCode === 200) good += 1;
      else {
        expect(response.json()).toMatchObject({ code: 'rate_limited' });
        expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      }
    }
    return good;
  };
  return { ...server, taken };
}

test('a token has its own limit, and so has each other one', async () => {
  const { taken, stop } = await serve({ perToken: 3 });
  expect(await taken('a1', 5)).toBe(3);
  expect(await taken('a2', 5)).toBe(3);
  // The sessions of its owner are not tokens.
  expect(await taken('a', 5)).toBe(5);
  await stop();
});

test('an account has a limit over its sessions and tokens together, from any address', async () => {
  const { taken, stop } = await serve({ perAccount: 6 });
  expect(await taken('a1', 3)).toBe(3);
  expect(await taken('a2', 2, { address: '192.0.2.2' })).toBe(2);
  expect(await taken('a', 3, { address: '2001:db8::1' })).toBe(1);
  expect(await taken('b1', 3)).toBe(3);
  await stop();
});

test('classes of routes are counted apart, per account', async () => {
  const { taken, stop } = await serve({ perClass: { export: 2, reveal: 1, write: 3 } });
  expect(await taken('a', 4, { path: '/t/export' })).toBe(2);
  expect(await taken('a1', 4, { path: '/t/export' })).toBe(0);
  expect(await taken('a', 4, { path: '/t/reveal' })).toBe(1);
  expect(await taken('a', 5, { path: '/t/write' })).toBe(3);
  expect(await taken('a', 9)).toBe(9);
  expect(await taken('b', 4, { path: '/t/export' })).toBe(2);
  await stop();
});

test('questions for figures count for themselves: one token asks for many people', async () => {
  const { taken, stop } = await serve({
    perAddress: 5,
    perIdentity: 3,
    perAccount: 4,
    perClass: { query: 20 },
  });
  expect(await taken('a1', 30, { path: '/t/query' })).toBe(20);
  expect(await taken('a2', 1, { path: '/t/query' })).toBe(0);
  expect(await taken('a1', 5)).toBe(3);
  await stop();
});

test('without other figures the shipped limits of classes hold', async () => {
  const { taken, stop } = await serve({});
  expect(await taken('a', 40, { path: '/t/export' })).toBe(30);
  await stop();
});

test('an address is limited before anybody is looked up', async () => {
  const { taken, stop } = await serve({ perAddress: 4 });
  expect(await taken('a', 3)).toBe(3);
  expect(await taken('b1', 3)).toBe(1);
  expect(await taken('b1', 3, { address: '192.0.2.9' })).toBe(3);
  await stop();
});

test('a route says its class, or its method does', () => {
  expect(rateClassOf('GET', undefined)).toBe('read');
  expect(rateClassOf('HEAD', undefined)).toBe('read');
  expect(rateClassOf('DELETE', undefined)).toBe('write');
  expect(rateClassOf('POST', 'read')).toBe('read');
});
