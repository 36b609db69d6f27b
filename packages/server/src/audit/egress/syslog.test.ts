import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { receiverCertificate } from '../../outbound/fixtures/receiver.ts';
import { channelPolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { exportFormats } from '../events/export-formats.ts';
import type { ExportFormat } from '../events/export/format.ts';
import { decodeLeaf } from '../events/leaf.ts';
import { eventLeaf } from './egress-fixture.ts';
import { createSyslogDestination, type SyslogOptions } from './syslog.ts';
import { syslogMessage } from './syslog-message.ts';
import type { Destination, EgressBatch } from './types.ts';

const formats = exportFormats(createCatalogue());
const cef = formats.get('cef') as ExportFormat;
const ndjson = formats.get('ndjson') as ExportFormat;
const key = readFileSync(new URL('../../outbound/fixtures/receiver.key.pem', import.meta.url), 'utf8');
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Reads octet-counted messages (RFC 6587, 3.4.1) from what came over one connection. */
function messagesIn(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const blank = bytes.indexOf(' ', offset);
    const length = Number(bytes.toString('latin1', offset, blank));
    if (!Number.isInteger(length) || blank + 1 + length > bytes.length) throw new Error('half a message');
    messages.push(bytes.toString('utf8', blank + 1, blank + 1 + length));
    offset = blank + 1 + length;
  }
  return messages;
}

interface Far {
  readonly port: number;
  /** What came, one for each connection. */
  readonly connections: Buffer[][];
}

/** A receiver on a real socket; `behave` does with each connection what the test wants. */
async function receiver(
  { withTls = false } = {},
  behave: (socket: Socket) => void = () => undefined,
): Promise<Far> {
  const connections: Buffer[][] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    const chunks: Buffer[] = [];
    connections.push(chunks);
    sockets.add(socket);
    socket.on('error', () => undefined);
    behave(socket);
    if (socket.listenerCount('data') === 0) socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  };
  const server: Server = withTls
    ? createTlsServer({ cert: receiverCertificate, key }, serve)
    : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections };
}

function destinationTo(far: Far, more: Partial<SyslogOptions> = {}): Destination {
  const outbound = createOutbound({
    clock: systemClock,
    onRefused: () => undefined,
    policy: { ...channelPolicy, internal: ['127.0.0.0/8'], tcpPorts: 'any' },
  });
  closers.push(() => outbound.close());
  return createSyslogDestination({
    host: '127.0.0.1',
    port: far.port,
    format: cef,
    hostname: 'custos.example.com',
    connect: (request) => outbound.connect(request),
    ...more,
  });
}

function batchOf(from: number, to: number, details?: string): EgressBatch {
  return {
    destination: 'siem',
    log: 'general',
    from,
    to,
    async *events() {
      for (let index = from; index < to; index += 1) {
        const leaf = eventLeaf(index, 1_767_225_600_000, details === undefined ? {} : { details });
        yield { log: 'general', index, leafHash: 'aGFzaA==', event: decodeLeaf(leaf) };
      }
    },
  };
}
const send = (destination: Destination, batch: EgressBatch, signal = new AbortController().signal) =>
  destination.send(batch, signal);
const received = (far: Far): string[] =>
  far.connections.flatMap((chunks) => messagesIn(Buffer.concat(chunks)));

test('messages are those of RFC 5424, counted by their bytes, with log and index', async () => {
  const far = await receiver();
  await send(destinationTo(far), batchOf(0, 3, '{"text":"größer ]\\"als"}'));
  const messages = received(far);
  expect(messages).toHaveLength(3);
  expect(messages[1]).toMatch(
    /^<109>1 2026-01-01T00:00:00\.000Z custos\.example\.com shop - application\.act \[custos@32473 log="general" index="1" leafHash="aGFzaA=="\] CEF:0\|Custos\|/,
  );
  expect(messages[1]).toContain('größer');
  expect(messages[1]).not.toContain('\n');
});

test('a batch that is larger than any buffer on the way arrives whole, as JSON too', async () => {
  const far = await receiver();
  const details = JSON.stringify({ text: 'x'.repeat(40_000) });
  await send(destinationTo(far, { format: ndjson }), batchOf(0, 200, details));
  const events = received(far).map(
    (message) => JSON.parse(message.slice(message.indexOf('] ') + 2)) as object,
  );
  expect(events).toHaveLength(200);
  expect(events[199]).toMatchObject({ log: 'general', index: 199, event: { id: 'evt-199' } });
});

test('over TLS the receiver is verified, and what it got is the same', async () => {
  const far = await receiver({ withTls: true });
  const tls = { ca: receiverCertificate, servername: 'receiver.test' };
  await send(destinationTo(far, { tls }), batchOf(0, 50));
  expect(received(far)).toHaveLength(50);
  await expect(send(destinationTo(far, { tls: {} }), batchOf(0, 1))).rejects.toThrow();
  await expect(
    send(destinationTo(far, { tls: { ...tls, servername: 'other.test' } }), batchOf(0, 1)),
  ).rejects.toThrow();
  expect(received(far)).toHaveLength(50);
});

test('a receiver that breaks off, or closes before the end, has acknowledged nothing', async () => {
  const details = JSON.stringify({ text: 'x'.repeat(40_000) });
  const reset = await receiver({}, (socket) => socket.once('data', () => socket.resetAndDestroy()));
  await expect(send(destinationTo(reset), batchOf(0, 300, details))).rejects.toThrow();
  const early = await receiver({}, (socket) => socket.once('data', () => socket.destroy()));
  await expect(send(destinationTo(early), batchOf(0, 300, details))).rejects.toThrow();
});

test('a receiver that reads and never closes is left when the time is up', async () => {
  const hung = await receiver({}, (socket) => {
    // The other end stays half open: nothing says that the messages were taken.
    (socket as Socket & { allowHalfOpen: boolean }).allowHalfOpen = true;
    socket.resume();
  });
  const ended = new AbortController();
  const sending = send(destinationTo(hung), batchOf(0, 3), ended.signal);
  let isSettled = false;
  void sending.then(
    () => (isSettled = true),
    () => (isSettled = true),
  );
  await systemClock.sleep(200);
  expect(isSettled).toBe(false);
  ended.abort();
  await expect(sending).rejects.toThrow();
});

test('a receiver that never reads is left when the time is up', async () => {
  const stuck = await receiver({}, (socket) => {
    socket.on('data', () => undefined);
    socket.pause();
  });
  const details = JSON.stringify({ text: 'x'.repeat(50_000) });
  const ended = new AbortController();
  const sending = send(destinationTo(stuck), batchOf(0, 400, details), ended.signal);
  await systemClock.sleep(200);
  ended.abort();
  await expect(sending).rejects.toThrow();
});

test('severities, odd names and odd values keep to the grammar', () => {
  const event = { ...decodeLeaf(eventLeaf(1, 1)), severity: 'critical', source: 'ein Ü name' } as const;
  const message = syslogMessage({ log: 'a"]\\b', index: 1, leafHash: '', event }, 'payload', {
    host: '',
    dataId: 'custos@32473',
  });
  expect(message).toBe(
    String.raw`<106>1 1970-01-01T00:00:00.001Z - einname - application.act [custos@32473 log="a\"\]\\b" index="1" leafHash=""] payload`,
  );
});

test('a port or format that cannot be is refused', async () => {
  const far = await receiver();
  expect(() => destinationTo(far, { port: 0 })).toThrow(/not valid/);
  expect(() => destinationTo(far, { format: formats.get('csv') as ExportFormat })).toThrow(/not valid/);
});
