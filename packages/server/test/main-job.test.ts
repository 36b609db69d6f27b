import type { Client } from '@custos/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  startMailServer,
  startReceiver,
  startShop,
  type MailServer,
  type Receiver,
  type Shop,
} from './receivers.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { startPostgres, type PostgresServer } from './stores.ts';

/**
 * The product's main job on real parts: an HTTP service and a PostgreSQL break, people are told by mail
 * and webhook, and told again when it is over.
 */
const anything = z.unknown();

describe('a service breaks, the right person knows, and it is on record', () => {
  let custos: Served;
  let client: Client;
  let shop: Shop;
  let database: PostgresServer;
  let mail: MailServer;
  let hook: Receiver;

  beforeAll(async () => {
    [shop, database, mail, hook] = await Promise.all([
      startShop(),
      startPostgres(),
      startMailServer(),
      startReceiver(),
    ]);
    custos = await serve();
    client = await setUp(custos);
    await client.channels.create({
      name: 'Mail',
      kind: 'email',
      options: {
        host: '127.0.0.1',
        port: mail.port,
        security: 'none',
        from: 'custos@example.com',
        to: ['oncall@example.com'],
      },
    });
    await client.channels.create({
      name: 'Hook',
      kind: 'webhook',
      options: { url: hook.url, secret: 'a-secret-of-the-receiver-0123456789' },
    });
  }, 90_000);

  afterAll(async () => {
    await discard(custos);
    await Promise.all([
      database.stop().catch(() => undefined),
      mail.close(),
      hook.close(),
      shop.kill().catch(() => undefined),
    ]);
  });

  const openAlerts = async () => (await client.alerts.list({ state: 'open' })).items;

  test('an HTTP service that dies pages within five seconds of the second failure, and recovers', async () => {
    const probe = await client.probes.create({
      name: 'Shop',
      kind: 'http',
      intervalMs: 1000,
      timeoutMs: 800,
      options: { url: shop.url },
    });
    await eventually(async () => (await client.probes.get(probe.id)).status === 'up', { what: 'Shop up' });

    await shop.kill();
    const down = await eventually(
      async () => {
        const view = await client.probes.get(probe.id);
        return view.status === 'down' && view;
      },
      { what: 'Shop down' },
    );
    const page = await eventually(() => hook.received[0], { what: 'the webhook', timeoutMs: 5000 });
    expect(page.at - (down.statusSince ?? 0)).toBeLessThan(5000);
    expect(page.headers['idempotency-key']).toBeTruthy();
    expect(page.headers['custos-signature']).toMatch(/^t=\d+,v1=[0-9a-f]{64}/);
    const message = await eventually(() => mail.mails[0], { what: 'the mail' });
    expect(message).toContain('Shop is down');
    expect(await openAlerts()).toMatchObject([{ summary: 'Shop is down', state: 'firing' }]);

    await shop.revive();
    await eventually(async () => (await openAlerts()).length === 0, { what: 'the end of the alert' });
    await eventually(() => hook.received.length === 2 && mail.mails.length === 2, {
      what: 'both told of the end',
    });
    expect(hook.received[1]?.body).toContain('resolved');
    expect(mail.mails[1]).toMatch(/Resolved/);
    await client.probes.update(probe.id, { paused: true });
  });

  test('a PostgreSQL that dies is noticed by its probe, and every attempt to tell is on record', async () => {
    const probe = await client.probes.create({
      name: 'Orders database',
      kind: 'postgres',
      intervalMs: 1000,
      timeoutMs: 800,
      options: { url: database.url, query: 'select 1', expected: '1' },
    });
    await eventually(async () => (await client.probes.get(probe.id)).status === 'up', {
      what: 'database up',
    });
    await database.stop();
    await eventually(async () => (await openAlerts()).length === 1, { what: 'the alert' });
    const [alert] = await openAlerts();
    const deliveries = await eventually(
      async () => {
        const { items } = await client.deliveries.list({ alertId: alert?.id ?? '' });
        const names = items
          .filter(({ state }) => state === 'delivered')
          .map(({ channelName }) => channelName);
        return names.includes('Mail') && names.includes('Hook') && items;
      },
      { what: 'deliveries on record', timeoutMs: 25_000 },
    );
    const keys = deliveries.map((delivery) => delivery.idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    const detail = await client.deliveries.get(
      deliveries.find((delivery) => delivery.channelName === 'Mail')?.id ?? '',
    );
    expect(detail.history.at(-1)).toMatchObject({
      outcome: 'delivered',
      answer: expect.stringMatching(/^250/),
    });
    await client.probes.remove(probe.id);
    await eventually(async () => (await openAlerts()).length === 0, { what: 'the end of the alert' });
  });

  test('the secret of the database is nowhere in the API', async () => {
    const probe = await client.probes.create({
      name: 'Secret database',
      kind: 'postgres',
      options: { url: 'postgres://custos:hunter2secret@127.0.0.1:1/orders' },
      paused: true,
    });
    const views = [
      await client.probes.get(probe.id),
      await client.probes.list(),
      await client.overview.get(),
    ];
    expect(JSON.stringify(views)).not.toContain('hunter2secret');
  });

  test('a restart knows at once what was up and what was open', async () => {
    const probe = await client.probes.create({
      name: 'Closed port',
      kind: 'tcp',
      intervalMs: 1000,
      timeoutMs: 500,
      options: { host: '127.0.0.1', port: 1 },
    });
    await eventually(async () => (await openAlerts()).length === 1, { what: 'the alert' });
    const [before] = await openAlerts();
    const { directory, port } = custos;
    expect(await custos.stop()).toBe(0);
    custos = await serve({ directory, port });
    const [after] = await openAlerts();
    expect(after?.id).toBe(before?.id);
    expect((await client.probes.get(probe.id)).status).toBe('down');
  });

  test('what other systems read is answered in their shapes', async () => {
    const health = await (await fetch(`${custos.url}/api/health`)).json();
    expect(health).toMatchObject({
      status: expect.stringMatching(/healthy|warning|critical/),
      timestamp: expect.stringMatching(/^\d{4}-/),
      services: { database: expect.any(String), cache: 'unknown', api: expect.any(String) },
      metrics: { uptime: expect.any(Number), activeUsers: expect.any(Number) },
    });
    expect((await fetch(`${custos.url}/api/status`)).status).toBe(401);
    expect(await client.request('GET', '/api/status', { schema: anything })).toMatchObject({
      checks: expect.any(Array),
    });
    expect(await client.request('GET', '/api/metrics', { schema: anything })).toMatchObject({
      performance: { responseTime: {}, throughput: {} },
      resources: { memoryUsage: expect.any(Number) },
    });
    expect(await client.request('GET', '/api/dashboard', { schema: anything })).toMatchObject({
      alerts: { active: expect.any(Array) },
    });
    expect(await client.request('GET', '/api/alerts', { schema: anything })).toMatchObject({
      alerts: expect.any(Array),
    });
  });
});
