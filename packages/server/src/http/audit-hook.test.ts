import { expect, test } from 'vitest';
import { z } from 'zod';
import { createTestServer, type TestServer } from '../../test/http-server.ts';
import { conflict } from '../base/errors.ts';

const headers = { authorization: 'Bearer bot' };

async function withAct(): Promise<TestServer & { done: string[] }> {
  const server = await createTestServer();
  const done: string[] = [];
  server.app.delete(
    '/t/probes/:id',
    {
      config: { access: 'probe.edit', audit: 'probe.delete' },
      schema: { params: z.object({ id: z.string() }), response: { 200: z.object({ ok: z.literal(true) }) } },
    },
    async (request) => {
      done.push(`${server.audited.map(({ outcome }) => outcome).join()} ${request.params.id}`);
      if (request.params.id === 'busy') throw conflict('It is in use.');
      if (request.params.id === 'broken') throw new Error('secret inner fact');
      return { ok: true as const };
    },
  );
  server.app.post(
    '/t/probes',
    {
      config: { access: 'probe.edit', audit: 'probe.create' },
      schema: { body: z.object({ name: z.string() }) },
    },
    async (request, reply) => {
      request.auditTarget = { type: 'probe', id: 'prb_new' };
      request.auditDetails = { name: request.body.name };
      done.push('made');
      return reply.code(201).send({ id: 'prb_new' });
    },
  );
  return { ...server, done };
}

test('the attempt is on record before the act and the outcome before the answer', async () => {
  const server = await withAct();
  const response = await server.app.inject({ method: 'DELETE', url: '/t/probes/prb_1', headers });
  expect(response.statusCode).toBe(200);
  expect(server.done).toEqual(['attempted prb_1']);
  const common = {
    action: 'probe.delete',
    actor: { type: 'token', id: 'tok_bot', name: 'User bot' },
    target: { type: 'probe', id: 'prb_1' },
    address: '127.0.0.1',
    requestId: response.headers['x-request-id'],
  };
  expect(server.audited).toEqual([
    { ...common, outcome: 'attempted', details: {} },
    { ...common, outcome: 'succeeded', details: {} },
  ]);
});

test('the outcome carries the target and the facts that the handler named', async () => {
  const server = await withAct();
  await server.app.inject({ method: 'POST', url: '/t/probes', headers, payload: { name: 'shop' } });
  expect(server.audited).toMatchObject([
    { outcome: 'attempted', target: null },
    { outcome: 'succeeded', target: { type: 'probe', id: 'prb_new' }, details: { name: 'shop' } },
  ]);
});

test('an act that is refused or breaks is on record as failed, with its status', async () => {
  const server = await withAct();
  await server.app.inject({ method: 'DELETE', url: '/t/probes/busy', headers });
  await server.app.inject({ method: 'DELETE', url: '/t/probes/broken', headers });
  expect(server.audited.map(({ outcome, details }) => [outcome, details['status']])).toEqual([
    ['attempted', undefined],
    ['failed', 409],
    ['attempted', undefined],
    ['failed', 500],
  ]);
  expect(JSON.stringify(server.audited)).not.toContain('secret inner fact');
});

test('input that is refused is no attempt', async () => {
  const server = await withAct();
  const response = await server.app.inject({ method: 'POST', url: '/t/probes', headers, payload: {} });
  expect(response.statusCode).toBe(422);
  expect(server.audited).toEqual([]);
});

test('without a record of the attempt nothing is done', async () => {
  const server = await withAct();
  server.refuseAudit('attempted');
  const response = await server.app.inject({ method: 'DELETE', url: '/t/probes/prb_1', headers });
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ code: 'audit_unavailable' });
  expect(server.done).toEqual([]);
});

test('without a record of the outcome nobody is told that all is well', async () => {
  const server = await withAct();
  server.refuseAudit('succeeded', 'failed');
  const done = await server.app.inject({ method: 'DELETE', url: '/t/probes/prb_1', headers });
  expect(done.statusCode).toBe(503);
  expect(done.headers['content-type']).toContain('application/problem+json');
  expect(done.json()).toMatchObject({ code: 'audit_unavailable', requestId: done.headers['x-request-id'] });
  const failed = await server.app.inject({ method: 'DELETE', url: '/t/probes/busy', headers });
  expect(failed.json()).toMatchObject({ code: 'audit_unavailable' });
  expect(server.audited.map(({ outcome }) => outcome)).toEqual(['attempted', 'attempted']);
});
