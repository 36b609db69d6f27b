import type { StreamEvent } from '@custos/contract';
import { expect, test, vi } from 'vitest';
import { freePort } from './stores.ts';
import { createTestServer } from './http-server.ts';
import { auditRoutes } from '../src/audit/routes.ts';
import { createClient } from '../../client/src/client.ts';

const stored = {
  seq: 1,
  id: 'aud_1',
  time: Date.UTC(2026, 10, 21),
  actor: { type: 'system', id: 'custos', name: 'Custos' },
  action: 'secrets.rotate',
  target: null,
  outcome: 'succeeded',
  address: null,
  requestId: null,
  details: {},
} as const;

async function listening(port: number) {
  const server = await createTestServer();
  const append = async (): Promise<void> => undefined;
  await server.app.register(auditRoutes({ append, list: async () => ({ events: [stored], before: 7 }) }));
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
