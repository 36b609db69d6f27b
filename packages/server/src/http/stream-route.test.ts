import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamEvent } from '@custos/contract';
import { afterEach, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../test/http-server.ts';
import { systemClock } from '../base/clock.ts';
import { createEventHub } from './event-hub.ts';

const opened: TestServer[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.stop(500);
});

async function listening(hub = createEventHub({ broadcast: null, clock: systemClock, node: 'a' })) {
  const server = await createTestServer({}, { hub });
  opened.push(server);
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  return { server, hub, address };
}
const changed = (id: string): StreamEvent => ({ type: 'changed', data: { resource: 'probes', id } });
const headers = { authorization: 'Bearer bot' };

/** Reads from a stream until `wanted` appears or 5 s have passed. */
async function readUntil(response: Response, wanted: string): Promise<string> {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  const deadline = delay(5_000).then(() => ({ done: true, value: undefined }));
  while (reader !== undefined && !text.includes(wanted)) {
    const { done, value } = await Promise.race([reader.read(), deadline]);
    if (done) break;
    text += decoder.decode(value as Uint8Array, { stream: true });
  }
  return text;
}

test('a stream needs a login, the permission and known types', async () => {
  const { address } = await listening();
  const status = async (query: string, authorization?: string) => {
    const response = await fetch(`${address}/api/v1/stream${query}`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    await response.body?.cancel();
    return response.status;
  };
  expect(await status('')).toBe(401);
  expect(await status('', 'Bearer bot=alert.read')).toBe(403);
  expect(await status('?types=alert,moon', 'Bearer bot')).toBe(422);
  expect(await status('?types=alert,changed', 'Bearer bot')).toBe(200);
});

test('a stream is never cached or held back, and carries the safety headers', async () => {
  const { address, hub } = await listening();
  const response = await fetch(`${address}/api/v1/stream`, { headers });
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.any(String),
  });
  hub.publish(changed('p1'));
  expect(await readUntil(response, 'p1')).toContain(
    'event: changed\ndata: {"resource":"probes","id":"p1"}\n\n',
  );
});

test('a watcher who comes back with the last id misses nothing', async () => {
  const { address, hub } = await listening();
  const first = await fetch(`${address}/api/v1/stream`, { headers });
  hub.publish(changed('p1'));
  const last = /id: (\S+)\nevent: changed/.exec(await readUntil(first, 'p1'))?.[1] ?? '';
  hub.publish(changed('p2'));
  const second = await fetch(`${address}/api/v1/stream`, { headers: { ...headers, 'last-event-id': last } });
  const text = await readUntil(second, 'p2');
  expect(text).toContain('"p2"');
  expect(text).not.toContain('"p1"');
  expect(text).not.toContain('reset');
});

test('a watcher who leaves is forgotten', async () => {
  const { address, hub } = await listening();
  const leaving = new AbortController();
  const response = await fetch(`${address}/api/v1/stream`, { headers, signal: leaving.signal });
  await readUntil(response, 'id:');
  expect(hub.watchers).toBe(1);
  leaving.abort();
  for (let turn = 0; turn < 100 && hub.watchers > 0; turn += 1) await delay(20);
  expect(hub.watchers).toBe(0);
});

test('a watcher who stops reading is disconnected while others go on', async () => {
  const hub = createEventHub({ broadcast: null, clock: systemClock, node: 'a', unreadBytes: 100_000 });
  const { address } = await listening(hub);
  const { port } = new URL(address);
  const stuck = connect(Number(port), '127.0.0.1');
  stuck.on('error', () => undefined);
  stuck.write('GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer stuck\r\n\r\n');
  await new Promise((resolve) => stuck.once('data', resolve));
  stuck.pause();
  const reader = await fetch(`${address}/api/v1/stream?types=changed`, { headers });
  const read = readUntil(reader, 'the end');
  const large = 'x'.repeat(200_000);
  // Sockets hold several megabytes before a writer notices that nobody reads.
  for (let turn = 0; turn < 300 && hub.watchers === 2; turn += 1) {
    hub.publish({
      type: 'probe.result',
      data: { probeId: 'prb_1', at: 0, status: 'up', latencyMs: 1, message: large },
    });
    await delay(10);
  }
  expect(hub.watchers).toBe(1);
  hub.publish(changed('the end'));
  expect(await read).toContain('the end');
  stuck.destroy();
});

test('fifty watchers each get every event', async () => {
  const { address, hub } = await listening();
  const streams = await Promise.all(
    Array.from({ length: 50 }, async () => fetch(`${address}/api/v1/stream`, { headers })),
  );
  for (let number = 1; number <= 200; number += 1) hub.publish(changed(`p${number}-`));
  const texts = await Promise.all(streams.map(async (stream) => readUntil(stream, '"p200-"')));
  for (const text of texts) expect(text.match(/event: changed/g)).toHaveLength(200);
});

test('a stop ends the streams at once instead of waiting for them', async () => {
  const { address, server } = await listening();
  const response = await fetch(`${address}/api/v1/stream`, { headers });
  const rest = response.text();
  const began = performance.now();
  await server.stop(10_000);
  expect(await rest).toContain('retry: 1000');
  expect(performance.now() - began).toBeLessThan(5_000);
});
