import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { auditQuery, alertEvent } from '@custos/contract';
import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import { requestIdOf } from './request-id.ts';

test('a time is a number in code and RFC 3339 on the wire, both ways', async () => {
  const { app } = await createTestServer();
  app.get(
    '/t/time',
    { config: { access: 'public' }, schema: { querystring: auditQuery, response: { 200: alertEvent } } },
    async ({ query }) => ({ at: (query.from ?? 0) + 1, type: 'firing' as const, actor: null, note: '' }),
  );
  const response = await app.inject({ url: '/t/time?from=2026-11-21T09:00:00%2B01:00' });
  expect(response.json()).toMatchObject({ at: '2026-11-21T08:00:00.001Z' });
});

test('every answer carries the headers that keep a browser safe', async () => {
  const { app } = await createTestServer();
  for (const url of ['/livez', '/api/v1/nowhere', '/', '/api/docs/errors']) {
    const { headers } = await app.inject({ url });
    expect(headers['content-security-policy']).toContain("script-src 'self';");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe-eval');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
  }
});

test('forwarded headers count only from a proxy that is listed', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
  for (const [trustedProxies, address] of [
    [[], '127.0.0.1'],
    [['10.0.0.0/8'], '127.0.0.1'],
    [['127.0.0.1'], '203.0.113.9'],
  ] as const) {
    const { app } = await createTestServer({ trustedProxies });
    app.get('/t/ip', { config: { access: 'public' } }, async (request) => ({ ip: request.ip }));
    const response = await app.inject({ url: '/t/ip', headers });
    expect(response.json()).toEqual({ ip: address });
    expect(response.headers['strict-transport-security'] !== undefined).toBe(address !== '127.0.0.1');
  }
});

test('a request id is taken from the caller when it is sane and made otherwise', () => {
  const idOf = (given: string) => requestIdOf({ headers: { 'x-request-id': given } });
  expect(idOf('4bf92f3577b34da6')).toBe('4bf92f3577b34da6');
  for (const given of ['short', 'x'.repeat(65), 'a b c d e f', 'line\nbreak-here', '<script>alert']) {
    expect(idOf(given)).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(requestIdOf({ headers: {} })).not.toBe(requestIdOf({ headers: {} }));
});

test('one address, one identity and a costly route each have a limit of their own', async () => {
  const { app } = await createTestServer({ rateLimits: { perAddress: 6, perIdentity: 3 } });
  app.get('/t/free', { config: { access: 'public' } }, async () => 'ok');
  app.get('/t/mine', { config: { access: 'signed-in' } }, async () => 'ok');
  app.get('/t/costly', { config: { access: 'public', requestsPerMinute: 2 } }, async () => 'ok');
  const statuses = async (url: string, times: number, headers: Record<string, string> = {}) => {
    const seen: number[] = [];
    for (let time = 0; time < times; time += 1) seen.push((await app.inject({ url, headers })).statusCode);
    return seen;
  };
  const bot = { authorization: 'Bearer bot' };
  expect(await statuses('/t/costly', 3)).toEqual([200, 200, 429]);
  expect(await statuses('/t/mine', 4, bot)).toEqual([200, 200, 200, 429]);
  expect(await statuses('/t/mine', 1, { authorization: 'Bearer other' })).toEqual([200]);
  expect(await statuses('/t/free', 2)).toEqual([200, 429]);
  expect(await statuses('/livez', 3)).toEqual([200, 200, 200]);
  const refused = await app.inject({ url: '/t/free' });
  expect(refused.json()).toMatchObject({ code: 'rate_limited' });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50);
});

test('a stop lets a running request finish and cuts one that does not', async () => {
  const server = await createTestServer();
  const started: string[] = [];
  server.app.get('/t/slow/:ms', { config: { access: 'public' } }, async (request) => {
    const { ms } = request.params as { ms: string };
    started.push(ms);
    await delay(Number(ms));
    return { ms };
  });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const quick = fetch(`${address}/t/slow/300`).then((response) => response.json());
  const endless = fetch(`${address}/t/slow/5000`).then(
    () => 'answered',
    () => 'cut',
  );
  while (started.length < 2) await delay(10);
  await server.stop(1000);
  expect(await quick).toEqual({ ms: '300' });
  expect(await endless).toBe('cut');
});

/** What comes back for bytes that are sent as they are. */
async function answerTo(bytes: string): Promise<string> {
  const server = await createTestServer();
  const { port } = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write(bytes);
  await once(socket, 'close');
  await server.stop();
  return text;
}

test('what is no HTTP request is answered with a problem document too', async () => {
  for (const [bytes, status] of [
    ['what is this\r\n\r\n', '400 Bad Request'],
    ['POST /livez HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n', '400 Bad Request'],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`, '431 Request Header Fields Too Large'],
  ] as const) {
    const [head = '', body = ''] = (await answerTo(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status}\r\ncontent-type: application/problem+json`);
    expect(JSON.parse(body)).toMatchObject({ code: 'malformed_request', requestId: expect.any(String) });
  }
});
