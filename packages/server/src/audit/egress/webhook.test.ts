import { createHmac } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { startReceiver, type Receiver } from '../../../test/receivers.ts';
import { createManualClock, systemClock } from '../../base/clock.ts';
import { channelPolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import { createCatalogue } from '../events/catalogue.ts';
import { exportFormats } from '../events/export-formats.ts';
import type { ExportFormat } from '../events/export/format.ts';
import { decodeLeaf } from '../events/leaf.ts';
import { eventLeaf } from './egress-fixture.ts';
import { createWebhookDestination, type WebhookOptions } from './webhook.ts';
import type { EgressBatch } from './types.ts';

const formats = exportFormats(createCatalogue());
const ndjson = formats.get('ndjson') as ExportFormat;
const secret = 'a secret of sixteen';
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function world(more: Partial<WebhookOptions> = {}) {
  const receiver: Receiver = await startReceiver();
  const outbound = createOutbound({
    clock: systemClock,
    onRefused: () => undefined,
    policy: { ...channelPolicy, allowHttp: true, internal: ['127.0.0.0/8'], httpPorts: 'any' },
  });
  closers.push(
    () => receiver.close(),
    () => outbound.close(),
  );
  const destination = createWebhookDestination({
    url: receiver.url,
    format: ndjson,
    secrets: [secret],
    call: (request) => outbound.request(request),
    clock: createManualClock(1_767_225_600_000),
    ...more,
  });
  return { receiver, destination };
}

function batchOf(from: number, to: number): EgressBatch {
  return {
    destination: 'siem',
    log: 'general',
    from,
    to,
    async *events() {
      for (let index = from; index < to; index += 1) {
        yield { log: 'general', index, leafHash: 'aGFzaA==', event: decodeLeaf(eventLeaf(index, index)) };
      }
    },
  };
}
const send = (
  destination: { send(batch: EgressBatch, signal: AbortSignal): Promise<void> },
  batch: EgressBatch,
) => destination.send(batch, new AbortController().signal);

test('a batch is one signed request that names its log and range, and the same again when repeated', async () => {
  const { receiver, destination } = await world({ headers: { authorization: 'Bearer x' } });
  await send(destination, batchOf(7, 10));
  await send(destination, batchOf(7, 10));
  const [first, second] = receiver.received;
  expect(first?.headers).toMatchObject({
    authorization: 'Bearer x',
    'content-type': 'application/x-ndjson',
    'idempotency-key': 'siem/general/7-10',
    'custos-audit-log': 'general',
    'custos-audit-range': '7-10',
  });
  const lines = (first?.body ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { index: number });
  expect(lines.map(({ index }) => index)).toEqual([7, 8, 9]);
  const seconds = 1_767_225_600;
  const proof = createHmac('sha256', secret).update(`${seconds}.${first?.body}`).digest('hex');
  expect(first?.headers['custos-signature']).toBe(`t=${seconds},v1=${proof}`);
  expect(second?.body).toBe(first?.body);
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
});

test.each([...formats.keys()])('events leave as %s', async (name) => {
  const format = formats.get(name) as ExportFormat;
  const { receiver, destination } = await world({ format });
  await send(destination, batchOf(0, 2));
  expect(receiver.received[0]?.headers['content-type']).toBe(format.mediaType);
  expect(receiver.received[0]?.body).toContain('evt-1');
});

test('only an answer of 2xx is an acknowledgement; 413 asks for less and Retry-After is passed on', async () => {
  const { receiver, destination } = await world();
  receiver.answer(202);
  await send(destination, batchOf(0, 1));
  for (const status of [302, 400, 404, 500]) {
    receiver.answer(status, status === 302 ? { location: receiver.url } : {});
    await expect(send(destination, batchOf(0, 1))).rejects.toThrow();
  }
  receiver.answer(413);
  await expect(send(destination, batchOf(0, 2))).rejects.toMatchObject({ code: 'audit_egress_too_large' });
  receiver.answer(503, { 'retry-after': '17' });
  await expect(send(destination, batchOf(0, 1))).rejects.toMatchObject({
    code: 'audit_egress_failed',
    retryAfterSeconds: 17,
  });
  expect(receiver.received).toHaveLength(7);
});

test('two secrets sign while one is being replaced, and short ones are refused', async () => {
  const { receiver, destination } = await world({ secrets: [secret, 'another one of sixteen'] });
  await send(destination, batchOf(0, 1));
  expect(String(receiver.received[0]?.headers['custos-signature']).match(/v1=[0-9a-f]{64}/g)).toHaveLength(2);
  await expect(world({ secrets: [] })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(world({ secrets: ['short'] })).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(world({ maxEvents: 0 })).rejects.toMatchObject({ code: 'invalid_input' });
});
