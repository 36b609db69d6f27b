import type { StreamEvent } from '@custos/contract';
import { expect, test, vi } from 'vitest';
import { freePort } from './stores.ts';
import { createTestServer } from './http-server.ts';
import { placeOf } from '../src/audit/index/place.ts';
import { auditRoutes } from '../src/audit/routes.ts';
import { createClient } from '../../client/src/client.ts';

const stored = {
  id: 'aud_1',
  time: Date.UTC(2026, 10, 21),
  receivedTime: Date.UTC(2026, 10, 21),
  type: 'administration.act',
  action: 'secrets.rotate',
  outcome: 'succeeded',
  severity: 'low',
  source: 'custos',
  actor: { type: 'system', id: 'custos', name: null },
  target: null,
  tenant: null,
  traceId: null,
  requestId: null,
  details: {},
  sealedCount: 0,
  place: { log: 'security', index: 0 },
} as const;

/** The log of one event, behind the real routes. */
const parts = {
  audit: { append: async (): Promise<void> => undefined },
  reading: {
    filterOf: async () => ({}),
    search: async (_: unknown, { cursor }: { cursor: string | undefined }) => {
      if (cursor !== undefined) placeOf(cursor);
      return { items: [stored], nextCursor: 'next' };
    },
    detail: async () => Promise.reject(new Error('not asked for')),
    reveal: async () => null,
  },
  index: { histogram: async () => [], top: async () => [], securityGroups: async () => [] },
  catalogue: { list: () => [], find: () => undefined },
};

async function listening(port: number) {
  const server = await createTestServer();
  await server.app.register(auditRoutes(parts));
  await server.listen({ host: '127.0.0.1', port });
  return server;
}

test('the client and the server understand each other, errors included', async () => {
  const port = await freePort();
  const server = await listening(port);
  const baseUrl = `http://127.0.0.1:${port}`;
  const { items, nextCursor } = await createClient({ baseUrl, token: 'ada' }).audit.list({ limit: 1 });
  expect(items[0]?.time).toBe(stored.time);
  expect(nextCursor).toBeTypeOf('string');
  await expect(createClient({ baseUrl, token: 'ada=job.read' }).audit.list()).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('audit.read'),
  });
  await expect(createClient({ baseUrl, token: 'ada' }).audit.list({ cursor: 'x' })).rejects.toMatchObject({
    fields: [{ field: 'cursor' }],
  });
  await server.stop();
});

test('a stream survives a restart of the server and says that something may be missing', async () => {
  const port = await freePort();
  const events: StreamEvent[] = [];
  const states: string[] = [];
  let server = await listening(port);
  const stream = createClient({ baseUrl: `http://127.0.0.1:${port}`, token: 'ada' }).openStream({
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
  });
  await vi.waitFor(() => expect(server.hub.watchers).toBe(1), 5_000);
  server.hub.publish({ type: 'changed', data: { resource: 'probes', id: 'p1' } });
  await vi.waitFor(() => expect(events).toHaveLength(1), 5_000);
  await server.stop();
  server = await listening(port);
  await vi.waitFor(() => expect(server.hub.watchers).toBe(1), 15_000);
  server.hub.publish({ type: 'changed', data: { resource: 'probes', id: 'p2' } });
  await vi.waitFor(() => expect(events).toHaveLength(3), 5_000);
  expect(events.map(({ type, data }) => [type, (data as { id?: string }).id])).toEqual([
    ['changed', 'p1'],
    ['reset', undefined],
    ['changed', 'p2'],
  ]);
  expect(states.slice(0, 3)).toEqual(['connecting', 'live', 'waiting']);
  stream.close();
  await server.stop();
});
