import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StreamEvent } from '@custos/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { openStream, type Stream, type StreamState } from './stream.ts';

const servers: Server[] = [];
const streams: Stream[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  vi.unstubAllGlobals();
});

async function serving(answer: (request: IncomingMessage, reply: ServerResponse, visit: number) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, reply) => {
    requests.push(request);
    answer(request, reply, requests.length);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { requests, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function following(baseUrl: string) {
  const events: StreamEvent[] = [];
  const states: StreamState[] = [];
  const errors: unknown[] = [];
  const stream = openStream(
    { baseUrl, token: 'cst_1' },
    {
      types: ['probe.result', 'changed'],
      onEvent: (event) => events.push(event),
      onState: (state, error) => {
        states.push(state);
        errors.push(error);
      },
    },
  );
  streams.push(stream);
  return { stream, events, states, errors };
}
const open = (reply: ServerResponse, text: string): ServerResponse => {
  reply.writeHead(200, { 'content-type': 'text/event-stream' }).write(`retry: 20\n${text}`);
  return reply;
};
const changed = (id: string): string => `event: changed\ndata: {"resource":"probes","id":"${id}"}\n\n`;

test('events arrive decoded, and unknown ones of a later server do no harm', async () => {
  const { baseUrl, requests } = await serving((_request, reply) => {
    open(
      reply,
      `id: a-1\n\nevent: moon.phase\ndata: {"full":true}\n\nevent: changed\ndata: {"resource":7}\n\n` +
        'event: probe.result\ndata: {"probeId":"prb_1","at":"2026-11-21T00:00:00.000Z","status":"up","latencyMs":3,"message":""}\n\n',
    );
  });
  const { events, states } = following(baseUrl);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(events[0]).toMatchObject({ type: 'probe.result', data: { at: Date.UTC(2026, 10, 21) } });
  expect(states).toEqual(['connecting', 'live']);
  expect(requests[0]?.url).toBe('/api/v1/stream?types=probe.result%2Cchanged');
  expect(requests[0]?.headers.authorization).toBe('Bearer cst_1');
});

test('a lost connection is taken up again where it broke', async () => {
  const { baseUrl, requests } = await serving((_request, reply, visit) => {
    open(reply, `id: a-${visit}\n${changed(`p${visit}`)}`);
    if (visit === 1) setTimeout(() => reply.destroy(), 50);
  });
  const { events, states } = following(baseUrl);
  await vi.waitFor(() => expect(events).toHaveLength(2), 5_000);
  expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'a-1']);
  expect(events.map(({ type }) => type)).toEqual(['changed', 'changed']);
  expect(states).toEqual(['connecting', 'live', 'waiting', 'connecting', 'live']);
});

test('without an id to resume from, a new connection means: look again', async () => {
  const { baseUrl } = await serving((_request, reply, visit) => {
    open(reply, changed(`p${visit}`));
    if (visit === 1) setTimeout(() => reply.destroy(), 50);
  });
  const { events } = following(baseUrl);
  await vi.waitFor(() => expect(events).toHaveLength(3), 5_000);
  expect(events.map(({ type }) => type)).toEqual(['changed', 'reset', 'changed']);
});

test('a server that is away is tried again until it is back', async () => {
  const { baseUrl } = await serving((_request, reply, visit) => {
    if (visit < 3) reply.writeHead(503, { 'retry-after': '0' }).end();
    else open(reply, changed('p1'));
  });
  const { events, errors } = following(baseUrl);
  await vi.waitFor(() => expect(events).toHaveLength(1), 5_000);
  expect(errors).toContainEqual(expect.objectContaining({ status: 503 }));
});

test.each([401, 403])('a refusal (%i) ends the tries and says so', async (status) => {
  const { baseUrl, requests } = await serving((_request, reply) => {
    reply.writeHead(status).end();
  });
  const { states, errors, stream } = following(baseUrl);
  await vi.waitFor(() => expect(states).toEqual(['connecting', 'refused']));
  expect(errors[1]).toMatchObject({ status });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(requests).toHaveLength(1);
  expect(stream.state).toBe('refused');
});

test('a device without network is offline, and tries at once when it is back', async () => {
  const listeners = new Map<string, () => void>();
  const device = { onLine: false };
  vi.stubGlobal('navigator', device);
  vi.stubGlobal('addEventListener', (type: string, listener: () => void) => listeners.set(type, listener));
  const { baseUrl } = await serving((_request, reply, visit) => {
    if (visit === 1) reply.writeHead(503, { 'retry-after': '3600' }).end();
    else open(reply, changed('p1'));
  });
  const { states, events } = following(baseUrl);
  await vi.waitFor(() => expect(states).toEqual(['connecting', 'offline']));
  device.onLine = true;
  listeners.get('online')?.();
  await vi.waitFor(() => expect(events).toHaveLength(1));
  expect(states).toEqual(['connecting', 'offline', 'connecting', 'live']);
});

test('a closed stream stays closed and lets go of its connection', async () => {
  let gone = false;
  const { baseUrl, requests } = await serving((request, reply) => {
    request.on('close', () => (gone = true));
    open(reply, changed('p1'));
  });
  const { stream, events, states } = following(baseUrl);
  await vi.waitFor(() => expect(events).toHaveLength(1));
  stream.close();
  await vi.waitFor(() => expect(gone).toBe(true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(requests).toHaveLength(1);
  expect(states.at(-1)).toBe('closed');
});
