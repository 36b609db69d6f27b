import type { Client } from '@custos/client';
import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createAuditRecorder } from '../../client/src/audit/recorder.ts';
import { dataAccessGuard } from '../../client/src/guards/fastify.ts';
import { tokenFor } from './audit-ledger.ts';
import { discard, serve, setUp, type Served } from './serve.ts';

let custos: Served;
let client: Client;
beforeAll(async () => {
  custos = await serve({ config: { columns: { enabled: false } } });
  client = await setUp(custos);
}, 60_000);
afterAll(() => discard(custos));

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

/** What a source sent, newest first. */
const all = async (source: string) => (await client.audit.list({ source })).items;

test('what guards record is what the catalogue asks for, with personal data sealed', async () => {
  const token = await tokenFor(client, 'shop', ['audit.write']);
  const recorder = createAuditRecorder({ url: custos.url, token, confirmTimeoutMs: 5000 });
  cleaning.push(() => recorder.close());
  const failures: unknown[] = [];
  const guard = dataAccessGuard({
    recorder,
    actor: () => ({ type: 'user', id: 'usr_1', name: 'Ada' }),
    tenant: () => 'acme',
    onFailure: (error) => failures.push(error),
  });
  const app = fastify();
  cleaning.push(() => app.close());
  app.get('/orders', guard({ resource: 'orders', purpose: 'support' }), async () => ({ items: [1, 2] }));
  app.get('/secret', guard({ resource: 'secrets', permission: 'secret.read' }), async (_request, reply) =>
    reply.code(403).send({ error: 'no' }),
  );
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  expect((await app.inject({ url: '/orders?email=bob@example.com', headers })).statusCode).toBe(200);
  expect((await app.inject('/secret')).statusCode).toBe(403);
  // The denial is recorded when the answer is out.
  await expect.poll(() => recorder.status().waiting.events + recorder.status().counters.recorded).toBe(2);
  await recorder.flush();
  expect(failures).toEqual([]);

  const [denied, read] = await all('shop');
  expect(denied).toMatchObject({
    type: 'access.violation',
    outcome: 'denied',
    severity: 'high',
    details: { resource: 'secrets', permission: 'secret.read', reason: 'not allowed (403)' },
  });
  expect(read).toMatchObject({ type: 'data.access', tenant: 'acme', source: 'shop', sealedCount: 3 });
  expect(read?.place.log).toBe('security');
  expect(read?.details).toEqual({ resource: 'orders', purpose: 'support', recordCount: 2 });
  const id = read?.id ?? '';
  const { sealedFields } = await client.audit.get(id);
  const sealed = await Promise.all(
    sealedFields.map(async (field) => [
      field,
      (await client.audit.reveal(id, { field, reason: 'a test' })).value,
    ]),
  );
  expect(Object.fromEntries(sealed)).toEqual({
    'actor.name': 'Ada',
    'details.query': 'GET /orders?email=bob@example.com',
    address: '127.0.0.1',
  });
});

test('an event that a guard withheld is one that the catalogue takes', async () => {
  const token = await tokenFor(client, 'slow-shop', ['audit.write']);
  let isSlow = true;
  const recorder = createAuditRecorder({
    url: custos.url,
    token,
    confirmTimeoutMs: 100,
    fetch: async (...args) => {
      if (isSlow) await new Promise((resolve) => setTimeout(resolve, 300));
      return fetch(...args);
    },
  });
  cleaning.push(() => recorder.close());
  const guard = dataAccessGuard({ recorder, actor: () => undefined });
  const app = fastify();
  cleaning.push(() => app.close());
  app.get('/orders', guard({ resource: 'orders' }), async () => [1]);
  expect((await app.inject('/orders')).statusCode).toBe(503);
  isSlow = false;
  await recorder.flush({ timeoutMs: 5000 });
  const found = await all('slow-shop');
  expect(found.map(({ outcome, details }) => [outcome, details['recordCount']])).toEqual([
    ['failed', 0],
    ['succeeded', 1],
  ]);
  expect(found[0]?.details['extra']).toEqual({ withheld: found[1]?.id });
});
