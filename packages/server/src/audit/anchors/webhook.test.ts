import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createManualClock } from '../../base/clock.ts';
import { formatCheckpoint } from '../log/formats/checkpoint.ts';
import { plainCall } from './call-fixture.ts';
import { createWebhookAnchor } from './webhook.ts';

describe('an anchor at a receiver of one’s own', () => {
  let server: Server;
  let status = 200;
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(status, { 'content-type': 'text/plain' }).end(`kept as ${received.length}`);
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const text = formatCheckpoint({ origin: 'example.com/ü', size: 42, root: Buffer.alloc(32, 1) });
  const checkpoint = { log: 'general', origin: 'example.com/ü', size: 42, text, note: `${text}\n` };
  const clock = createManualClock(1_767_225_600_000);
  const anchor = () =>
    createWebhookAnchor({
      name: 'ours',
      url: `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`,
      call: plainCall,
      clock,
      sign: (body) => ({ 'custos-signature': `over ${Buffer.byteLength(body)} bytes` }),
    });

  test('gets the checkpoint, signed over the very bytes that were sent, and its answer is the receipt', async () => {
    const receipt = await anchor().publish(checkpoint);
    const { headers, body } = received.at(-1) as (typeof received)[number];
    expect(headers['custos-signature']).toBe(`over ${Buffer.byteLength(body)} bytes`);
    expect(headers['idempotency-key']).toBe('checkpoint-example.com/_-42');
    expect(JSON.parse(body)).toEqual({
      type: 'audit.checkpoint',
      log: 'general',
      origin: 'example.com/ü',
      size: 42,
      root: Buffer.alloc(32, 1).toString('base64'),
      checkpoint: checkpoint.note,
      sentAt: '2026-01-01T00:00:00.000Z',
    });
    expect(receipt).toMatchObject({ anchor: 'ours', kind: 'webhook', size: 42, at: clock.now() });
    expect(JSON.parse(receipt.receipt.toString())).toEqual({
      status: 200,
      contentType: 'text/plain',
      body: 'kept as 1',
    });
  });

  test.each([303, 400, 500])('an answer of %i is no receipt', async (answer) => {
    status = answer;
    await expect(anchor().publish(checkpoint)).rejects.toMatchObject({
      code: 'anchor_failed',
      message: expect.stringContaining(String(answer)),
    });
  });
});
