import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../test/http-server.ts';
import { systemClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { openState } from '../storage/state/open.ts';
import type { State } from '../storage/state/state.ts';
import { probesRoutes } from './routes.ts';
import { openFixture, type Fixture } from './test/fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'custos-probes-'));
let state: State;
let fixture: Fixture;
let server: TestServer;

beforeAll(async () => {
  state = await openState({
    url: `sqlite:${join(directory, 'state.sqlite')}`,
    clock: systemClock,
    log: silentLogger,
  });
  fixture = await openFixture(state);
  server = await createTestServer();
  await server.app.register(probesRoutes(fixture.probes));
  await fixture.probes.start();
});
afterAll(async () => {
  await fixture.probes.stop();
  await server.stop();
  await state.close();
  rmSync(directory, { recursive: true });
});

const call = async (method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', url: string, body?: object) => {
  const response = await server.app.inject({
    method,
    url,
    headers: { authorization: 'Bearer admin' },
    ...(body && { payload: body }),
  });
  return {
    status: response.statusCode,
    body: response.json<Record<string, unknown> & { items: Record<string, unknown>[] }>(),
  };
};

test('a probe is made, changed, checked, looked at and deleted over HTTP, on record', async () => {
  const made = await call('POST', '/api/v1/probes', {
    name: 'Shop',
    kind: 'http',
    intervalMs: 60_000,
    options: { url: 'https://shop.example.com/', bearerToken: 'hush' },
  });
  expect(made.status).toBe(200);
  expect(made.body).toMatchObject({
    name: 'Shop',
    options: { bearerToken: { secret: true } },
    statusSince: expect.stringMatching(/Z$/),
  });
  const path = `/api/v1/probes/${String(made.body['id'])}`;
  expect(await call('PATCH', path, { intervalMs: 120_000 })).toMatchObject({
    status: 200,
    body: { intervalMs: 120_000, failureCount: 2 },
  });
  expect(await call('POST', `${path}/check`)).toMatchObject({
    status: 200,
    body: { status: 'up', values: { status_code: 200 } },
  });
  expect((await call('GET', `${path}/changes`)).body.items).toMatchObject([{ from: 'unknown', to: 'up' }]);
  expect((await call('GET', `${path}/days`)).body.items).toHaveLength(1);
  expect(await call('GET', `${path}/series`)).toMatchObject({
    status: 503,
    body: { code: 'columns_unavailable' },
  });
  expect(await call('GET', `${path}/results`)).toMatchObject({ status: 503 });
  expect((await call('GET', '/api/v1/probes?search=shop')).body.items).toHaveLength(1);
  expect(await call('DELETE', path)).toMatchObject({ status: 200, body: { ok: true } });
  expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  const actions = server.audited.filter(({ outcome }) => outcome === 'succeeded').map(({ action }) => action);
  expect(actions).toEqual(['probe.create', 'probe.update', 'probe.check', 'probe.delete']);
  expect(JSON.stringify(server.audited)).not.toContain('hush');
});

test('wrong input is a problem document that names the field, and nothing is stored', async () => {
  const bad = await call('POST', '/api/v1/probes', {
    name: 'Bad',
    kind: 'http',
    options: { url: 'https://a:b@example.com' },
  });
  expect(bad).toMatchObject({
    status: 422,
    body: { code: 'invalid_input', errors: [{ field: 'options.url' }] },
  });
  expect(await call('POST', '/api/v1/probes', { name: 'Bad', kind: 'smoke' })).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'kind' }] },
  });
  expect(
    await call('POST', '/api/v1/probes', { name: 'Bad', kind: 'tcp', intervalMs: 10, options: {} }),
  ).toMatchObject({ status: 422, body: { errors: [{ field: 'intervalMs' }] } });
  expect((await call('GET', '/api/v1/probes?search=bad')).body.items).toEqual([]);
});

test('kinds come with forms; services and windows are made, changed and deleted', async () => {
  expect((await call('GET', '/api/v1/probe-kinds')).body.items.map((item) => item['kind'])).toEqual([
    'http',
    'tcp',
    'dns',
    'tls',
    'postgres',
    'redis',
    'heartbeat',
    'host',
    'process',
  ]);
  const service = await call('POST', '/api/v1/services', { name: 'Shop', criticality: 'high' });
  const id = String(service.body['id']);
  expect(await call('PATCH', `/api/v1/services/${id}`, { sloTarget: 0.99 })).toMatchObject({
    body: { sloTarget: 0.99, criticality: 'high' },
  });
  const plan = {
    title: 'Night',
    schedule: { type: 'recurring', cron: '0 2 29 2 *', durationMs: 3_600_000, timeZone: 'Europe/Berlin' },
    serviceIds: [id],
  };
  const window = await call('POST', '/api/v1/maintenance', plan);
  expect(window).toMatchObject({
    status: 200,
    body: { active: false, nextStartsAt: expect.stringMatching(/Z$/) },
  });
  const path = `/api/v1/maintenance/${String(window.body['id'])}`;
  expect(await call('PUT', path, { ...plan, title: 'Later' })).toMatchObject({
    status: 200,
    body: { title: 'Later' },
  });
  expect(
    await call('PUT', path, { ...plan, schedule: { ...plan.schedule, cron: '61 * * * *' } }),
  ).toMatchObject({ status: 422, body: { errors: [{ field: 'schedule.cron' }] } });
  expect(
    await call('PUT', path, { ...plan, schedule: { ...plan.schedule, timeZone: 'Mars/Base' } }),
  ).toMatchObject({ status: 422, body: { errors: [{ field: 'schedule.timeZone' }] } });
  expect(await call('DELETE', path)).toMatchObject({ status: 200 });
  expect(await call('DELETE', `/api/v1/services/${id}`)).toMatchObject({ status: 200 });
});

test('a job calls its address with any method, type or body, and no login', async () => {
  const made = await call('POST', '/api/v1/probes', {
    name: 'Backup',
    kind: 'heartbeat',
    options: { periodMs: 60_000 },
  });
  const url = String(made.body['pingUrl']);
  const id = String(made.body['id']);
  const status = async () => (await call('GET', `/api/v1/probes/${id}`)).body['status'];
  expect((await server.app.inject({ method: 'GET', url })).json()).toEqual({ ok: true });
  await expect.poll(status).toBe('up');
  expect(
    (
      await server.app.inject({
        method: 'POST',
        url: `${url}/fail`,
        payload: 'disk full\n',
        headers: { 'content-type': 'text/plain' },
      })
    ).statusCode,
  ).toBe(200);
  await expect.poll(status).toBe('down');
  expect((await call('GET', `/api/v1/probes/${id}`)).body['statusReason']).toBe(
    'The job reported a failure: disk full.',
  );
  expect((await server.app.inject({ method: 'HEAD', url })).statusCode).toBe(200);
  await expect.poll(status).toBe('up');
  expect(
    (
      await server.app.inject({
        method: 'POST',
        url: `${url}?exit=2`,
        payload: '{"a":1}',
        headers: { 'content-type': 'application/json' },
      })
    ).statusCode,
  ).toBe(200);
  await expect.poll(status).toBe('down');
  expect((await server.app.inject({ method: 'POST', url: `${url}/start` })).statusCode).toBe(200);
  expect((await server.app.inject({ method: 'GET', url: `/ping/${'x'.repeat(32)}` })).statusCode).toBe(404);
  // Who may only look does not learn the address.
  const seen = await server.app.inject({
    url: `/api/v1/probes/${id}`,
    headers: { authorization: 'Bearer viewer=dashboard.read' },
  });
  expect(seen.json()).toMatchObject({ id, pingUrl: null });
});
