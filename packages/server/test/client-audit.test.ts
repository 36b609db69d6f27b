import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { createAuditRecorder } from '../../client/src/audit/recorder.ts';
import { dataAccessGuard } from '../../client/src/guards/fastify.ts';
import { openAuditLog, type AuditLog, type EventDraft, type FoundEvent } from '../src/audit/library/index.ts';

const cleaning: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
});

/** A real intake and a real log behind the answer that the route gives. */
async function logBehindHttp(): Promise<{ audit: AuditLog; url: string }> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-client-audit-'));
  const audit = await openAuditLog(directory, { source: 'shop' });
  const server = createServer((request, reply) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const results = await audit.recordMany(JSON.parse(body) as EventDraft[]);
      reply.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          results: results.map((result) =>
            result.status === 'accepted'
              ? { ...result, leafHash: result.leafHash.toString('base64') }
              : result,
          ),
        }),
      );
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleaning.push(
    () => rmSync(directory, { recursive: true, force: true }),
    () => audit.close(),
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { audit, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function all(audit: AuditLog): Promise<FoundEvent[]> {
  const found: FoundEvent[] = [];
  for await (const one of audit.query()) found.push(one);
  return found;
}

test('what guards record is what the catalogue asks for, with personal data sealed', async () => {
  const { audit, url } = await logBehindHttp();
  const recorder = createAuditRecorder({ url, confirmTimeoutMs: 5000 });
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

  const [denied, read] = await all(audit);
  expect(denied?.event).toMatchObject({
    type: 'access.violation',
    outcome: 'denied',
    severity: 'high',
    details: { resource: 'secrets', permission: 'secret.read', reason: 'not allowed (403)' },
  });
  expect(read).toMatchObject({
    log: 'security',
    event: { type: 'data.access', tenant: 'acme', source: 'shop' },
  });
  expect(read?.event.details).toEqual({ resource: 'orders', purpose: 'support', recordCount: 2 });
  const sealed = await audit.disclose(read?.event.id ?? '', { actor: { type: 'user', id: 'usr_dpo' } });
  expect(Object.fromEntries(sealed)).toEqual({
    'actor.name': 'Ada',
    'details.query': 'GET /orders?email=bob@example.com',
    address: '127.0.0.1',
  });
});

test('an event that a guard withheld is one that the catalogue takes', async () => {
  const { audit, url } = await logBehindHttp();
  let isSlow = true;
  const recorder = createAuditRecorder({
    url,
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
  const found = await all(audit);
  expect(found.map(({ event }) => [event.outcome, event.details['recordCount']])).toEqual([
    ['failed', 0],
    ['succeeded', 1],
  ]);
  expect(found[0]?.event.details['extra']).toEqual({ withheld: found[1]?.event.id });
});
