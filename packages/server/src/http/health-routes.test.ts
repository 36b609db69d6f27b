import { expect, test } from 'vitest';
import { createTestServer } from '../../test/http-server.ts';
import type { ReadinessCheck } from './types.ts';

const works = async (): Promise<void> => undefined;
const fails = async (): Promise<void> => {
  throw new Error('connect ECONNREFUSED 10.9.8.7:5432');
};
const part = (name: string, required: boolean, check: ReadinessCheck['check']): ReadinessCheck => ({
  name,
  required,
  check,
});

test.each([
  ['ready when all parts work', [part('state', true, works), part('columns', false, works)], 200, 'ready'],
  ['degraded without a part', [part('state', true, works), part('columns', false, fails)], 200, 'degraded'],
  [
    'unavailable without State',
    [part('state', true, fails), part('columns', false, works)],
    503,
    'unavailable',
  ],
])('readyz is %s', async (...[, readiness, status, word]) => {
  const { app } = await createTestServer({}, { readiness });
  const response = await app.inject({ url: '/readyz' });
  expect(response.statusCode).toBe(status);
  expect(response.json()).toMatchObject({ status: word });
  expect(response.body).not.toContain('10.9.8.7');
  expect((await app.inject({ url: '/livez' })).statusCode).toBe(200);
});

test('a part that hangs counts as one that does not work', async () => {
  const hangs = part('state', true, async () => new Promise(() => undefined));
  const { app } = await createTestServer({}, { readiness: [hangs] });
  expect((await app.inject({ url: '/readyz' })).statusCode).toBe(503);
});

test('metrics are for loopback, for those who may see the system, or for all if so configured', async () => {
  const { app } = await createTestServer();
  const status = async (request: { remoteAddress?: string; headers?: Record<string, string> }) =>
    (await app.inject({ url: '/metrics', ...request })).statusCode;
  const far = { remoteAddress: '203.0.113.9' };
  expect(await status({})).toBe(200);
  expect(await status({ remoteAddress: '::1' })).toBe(200);
  expect(await status(far)).toBe(401);
  expect(await status({ headers: { 'x-forwarded-for': '203.0.113.9' } })).toBe(401);
  expect(await status({ ...far, headers: { authorization: 'Bearer bot=dashboard.read' } })).toBe(403);
  expect(await status({ ...far, headers: { authorization: 'Bearer bot=system.read' } })).toBe(200);
  const open = await createTestServer({ publicMetrics: true });
  expect((await open.app.inject({ url: '/metrics', ...far })).statusCode).toBe(200);
});

test('requests are counted by route and never by path', async () => {
  const { app } = await createTestServer();
  app.get('/t/things/:id', { config: { access: 'public' } }, async () => 'ok');
  await app.inject({ url: '/t/things/1' });
  await app.inject({ url: '/t/things/2' });
  const { body, headers } = await app.inject({ url: '/metrics' });
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toContain(
    'http_request_duration_seconds_count{method="GET",route="/t/things/:id",status="200"} 2\n',
  );
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'custos_live_streams',
  ]) {
    expect(body).toMatch(new RegExp(`^${name} [0-9.e+-]+$`, 'm'));
  }
});
