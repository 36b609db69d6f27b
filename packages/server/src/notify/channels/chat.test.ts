import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger } from '../../base/logger.ts';
import { message, openOutbound, startReceiver, type Receiver } from '../test/world.ts';
import type { Dispatch } from '../types.ts';
import { slack, slackBody } from './slack.ts';
import { telegram, telegramText } from './telegram.ts';
import { webhook } from './webhook.ts';

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});
async function receive(...args: Parameters<typeof startReceiver>): Promise<Receiver> {
  const receiver = await startReceiver(...args);
  receivers.push(receiver);
  return receiver;
}

const ports = () => ({ outbound: openOutbound(), log: silentLogger, print: () => undefined });

function dispatch(more: Partial<Dispatch> = {}): Dispatch {
  return {
    message: message(),
    notificationId: 'ntf_1',
    idempotencyKey: 'k1',
    step: 'firing-1',
    createdAt: 1_767_225_660_000,
    now: 1_767_225_660_000,
    url: 'https://custos.example.com/alerts/alr_1',
    acknowledgeUrl: 'https://custos.example.com/acknowledge?token=abc',
    progress: null,
    signal: new AbortController().signal,
    ...more,
  };
}

describe('Slack', () => {
  test('a message says what, how bad, since when, and links', () => {
    const { text, blocks } = JSON.parse(slackBody(dispatch())) as {
      text: string;
      blocks: { type: string }[];
    };
    expect(text).toContain('[FIRING] shop is down');
    expect(blocks.map(({ type }) => type)).toEqual(['header', 'section', 'section', 'context', 'actions']);
    const all = JSON.stringify(blocks);
    for (const part of ['high', 'Threshold', '2026-01-01 00:00:00 UTC', 'Acknowledge', '/alerts/alr_1']) {
      expect(all).toContain(part);
    }
  });

  test('texts cannot mention people or make links, and keep within the limits of Slack', () => {
    const evil = message({
      title: 'x'.repeat(500),
      summary: '<!channel> & <https://evil|click>',
      description: 'y'.repeat(9000),
    });
    const body = slackBody(dispatch({ message: evil }));
    expect(body).not.toContain('<!channel>');
    expect(body).toContain('&lt;!channel&gt; &amp;');
    const { blocks } = JSON.parse(body) as { blocks: { text?: { text: string } }[] };
    expect(blocks[0]?.text?.text.length).toBeLessThanOrEqual(150);
    expect(blocks[1]?.text?.text.length).toBeLessThanOrEqual(3000);
  });

  test('answers are read: ok, gone, slow down', async () => {
    const answers: [number, string, Record<string, string>][] = [
      [200, 'ok', {}],
      [404, 'no_service', {}],
      [429, 'rate_limited', { 'retry-after': '7' }],
    ];
    const receiver = await receive((response) => {
      const [status, text, headers] = answers.shift() ?? [500, '', {}];
      response.writeHead(status, headers).end(text);
    });
    const channel = slack.open({ webhookUrl: receiver.url }, ports());
    expect(await channel.send(dispatch())).toMatchObject({ result: 'delivered', answer: '200 ok' });
    expect(await channel.send(dispatch())).toMatchObject({ result: 'permanent', answer: '404 no_service' });
    expect(await channel.send(dispatch())).toMatchObject({ result: 'retryable', retryAfterSeconds: 7 });
  });
});

describe('Telegram', () => {
  test('markup from outside is shown and not obeyed, and the text keeps within the limit', () => {
    const evil = message({ title: '<b>bold</b>', summary: 'a & b', description: '<'.repeat(9000) });
    const text = telegramText(dispatch({ message: evil }));
    expect(text).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(text).toContain('a &amp; b');
    expect(text.replace(/<[^>]+>/g, '').replace(/&\w+;/g, '.').length).toBeLessThan(4096);
  });

  test('the bot is called as the Bot API says, and its answers are read', async () => {
    const answers = [
      [200, { ok: true, result: { message_id: 42 } }],
      [429, { ok: false, description: 'Too Many Requests: retry after 5', parameters: { retry_after: 5 } }],
      [403, { ok: false, description: 'Forbidden: bot was kicked' }],
    ] as const;
    let turn = 0;
    const receiver = await receive((response) => {
      const [status, body] = answers[turn++] ?? [500, {}];
      response.writeHead(status).end(JSON.stringify(body));
    });
    const channel = telegram.open(
      {
        botToken: '123:AAAAAAAAAAAA',
        chatId: '-100',
        threadId: 7,
        apiUrl: receiver.url.replace('/hook', '/'),
      },
      ports(),
    );
    expect(await channel.send(dispatch())).toMatchObject({ result: 'delivered', providerId: '42' });
    expect(await channel.send(dispatch())).toMatchObject({ result: 'retryable', retryAfterSeconds: 5 });
    expect(await channel.send(dispatch())).toMatchObject({
      result: 'permanent',
      error: 'Forbidden: bot was kicked',
    });
    expect(receiver.received[0]?.path).toBe('/bot123:AAAAAAAAAAAA/sendMessage');
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      chat_id: '-100',
      message_thread_id: 7,
      parse_mode: 'HTML',
    });
  });
});

describe('webhook', () => {
  test('an end says when it was over and how long it lasted', async () => {
    const receiver = await receive();
    const channel = webhook.open(
      { url: receiver.url, headers: { 'x-team': 'ops' }, authorization: 'Bearer t' },
      ports(),
    );
    const over = message({ event: 'resolved', resolvedAt: 1_767_225_900_000 });
    await channel.send(dispatch({ message: over }));
    const [got] = receiver.received;
    expect(JSON.parse(got?.body ?? '')).toMatchObject({
      version: 1,
      event: 'resolved',
      alert: {
        startedAt: '2026-01-01T00:00:00.000Z',
        resolvedAt: '2026-01-01T00:05:00.000Z',
        durationSeconds: 300,
      },
    });
    expect(got?.headers).toMatchObject({
      'x-team': 'ops',
      authorization: 'Bearer t',
      'idempotency-key': 'k1',
    });
    expect(got?.headers['custos-signature']).toBeUndefined();
  });

  test('headers that would forge the signature, the key or the login are refused', () => {
    for (const name of ['Custos-Signature', 'idempotency-key', 'Authorization', 'Host', 'Content-Length']) {
      expect(webhook.options.safeParse({ url: 'https://a.example', headers: { [name]: 'x' } }).success).toBe(
        false,
      );
    }
    const injected = { url: 'https://a.example', headers: { 'x-a': 'b\r\nx-c: d' } };
    expect(webhook.options.safeParse(injected).success).toBe(false);
  });

  test('a redirect is a refusal, since a signed message is for one address only', async () => {
    const other = await receive();
    const receiver = await receive((response) => response.writeHead(302, { location: other.url }).end());
    const channel = webhook.open({ url: receiver.url, headers: {} }, ports());
    expect(await channel.send(dispatch())).toMatchObject({ result: 'permanent' });
    expect(other.received).toHaveLength(0);
  });
});
