import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { family } from '../../bench/process-stats.ts';
import type { Client } from '../../packages/client/src/index.ts';
import { eventually } from '../../packages/server/test/serve.ts';
import { signIn } from './session.ts';

const day = 86_400_000;
const file = fileURLToPath(new URL('demo.ts', import.meta.url));

describe('the demo', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-demo-'));
  let demo: ChildProcess;
  let output = '';
  let deskUrl = '';
  let shopUrl = '';
  let client: Client;

  const found = (pattern: RegExp): string[] => pattern.exec(output)?.slice(1) ?? [];
  const press = async (path: string): Promise<void> => {
    expect((await fetch(`${deskUrl}${path}`, { method: 'POST' })).status).toBe(200);
  };
  const openAlerts = async () => (await client.alerts.list({ state: 'open' })).items;
  const inbox = async () => {
    const state = (await (await fetch(`${deskUrl}/state`)).json()) as {
      inbox: { via: string; event: string; title: string }[];
    };
    return state.inbox;
  };

  beforeAll(async () => {
    demo = spawn(process.execPath, [file, '--port', '0', '--data', directory], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [demo.stdout, demo.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    await eventually(() => output.includes('Ctrl-C ends everything') || demo.exitCode !== null, {
      timeoutMs: 55_000,
      what: 'the demo',
    });
    const [custosUrl = '', email = '', password = ''] = found(/Dashboard +(\S+)\s+(\S+) +(\S+)/);
    [shopUrl = ''] = found(/The shop +(\S+)/);
    [deskUrl = ''] = found(/Break it +(\S+)/);
    expect(custosUrl, output).not.toBe('');
    client = await signIn(custosUrl, { email, password });
  }, 60_000);

  afterAll(() => {
    demo.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  test('comes with ninety days of history of every probe and service', async () => {
    const { items: probes } = await client.probes.list({ limit: 100 });
    expect(probes.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'Shop page',
        'Orders database',
        'Mail relay',
        'Stock report',
        'Host',
        'Custos',
      ]),
    );
    for (const probe of probes) {
      expect(probe.uptime.quarter, probe.name).toBeGreaterThan(0.99);
      const days = await client.probes.days(probe.id, { from: Date.now() - 90 * day, limit: 100 });
      expect(days.items.length, probe.name).toBeGreaterThan(80);
    }
    const { items: services } = await client.services.list({ limit: 100 });
    const database = services.find(({ name }) => name === 'Orders database');
    expect(database?.uptime.week).toBe(1);
    expect(database?.uptime.month).toBeLessThan(1);
    const { items: past } = await client.alerts.list({ state: 'resolved', limit: 100 });
    expect(past.length).toBeGreaterThanOrEqual(12);
    expect(past.every(({ delivery }) => delivery === 'delivered')).toBe(true);
    const page = probes.find(({ name }) => name === 'Shop page');
    const week = await eventually(
      () => client.probes.series(page?.id ?? '', { from: Date.now() - 2 * day, points: 100 }),
      { what: 'the columns store, which starts beside the rest' },
    );
    expect(week.average.filter((value) => value !== null).length).toBeGreaterThan(90);
  });

  test('an outage by the switch opens alerts, reaches the inbox signed and by mail, and ends with the heal', async () => {
    await eventually(async () => (await fetch(`${shopUrl}/health`)).ok, { what: 'a healthy shop' });
    const before = (await client.alerts.list({ state: 'open' })).items.map(({ id }) => id);
    await press('/break/errors');
    const alert = await eventually(
      async () => (await openAlerts()).find(({ summary }) => summary === 'Shop health is down'),
      { what: 'the alert' },
    );
    const about = async (event: string, via: string) =>
      (await inbox()).some(
        (entry) => entry.event === event && entry.via === via && entry.title.includes('Shop health is down'),
      );
    await eventually(() => about('firing', 'webhook'), { what: 'the page' });
    await eventually(() => about('firing', 'e-mail'), { what: 'the mail' });
    const { items: deliveries } = await client.deliveries.list({ alertId: alert.id });
    expect(deliveries.find(({ channelName }) => channelName === 'On-call webhook')).toMatchObject({
      state: 'delivered',
      event: 'firing',
    });

    await press('/heal');
    await eventually(async () => (await openAlerts()).every(({ id }) => before.includes(id)), {
      what: 'the end of the outage',
    });
    await eventually(() => about('resolved', 'webhook'), { what: 'the all-clear' });
    expect((await client.alerts.get(alert.id)).state).toBe('resolved');
  });

  test("the shop's figures and its log are there", async () => {
    const toldToFail = 'service:shop level:warn "told to be errors"';
    const { items } = await eventually(
      async () => {
        const found = await client.logs.list({ query: toldToFail, from: Date.now() - day, to: Date.now() });
        return found.items.length > 0 ? found : undefined;
      },
      { what: 'the log' },
    );
    expect(items[0]?.attributes).toMatchObject({ was: 'healthy' });
    const failed = 'sum(shop_requests_total{status="500"}) > 0';
    await eventually(async () => (await client.metrics.query({ query: failed })).data.result.length === 1, {
      what: 'the next scrape',
    });
  });

  test('dead ends the process of the shop, and heal starts it again', async () => {
    await press('/break/dead');
    await expect(fetch(`${shopUrl}/health`)).rejects.toThrow();
    await press('/heal');
    expect((await fetch(`${shopUrl}/health`)).status).toBe(200);
  });

  test('another web site cannot press the switches, and an unsigned page is refused', async () => {
    const foreign = await fetch(`${deskUrl}/break/dead`, {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(foreign.status).toBe(403);
    expect((await fetch(`${deskUrl}/inbox`, { method: 'POST', body: '{}' })).status).toBe(401);
    expect((await fetch(`${shopUrl}/health`)).status).toBe(200);
  });

  test('a stop ends every process that it started', async () => {
    const started = family(demo.pid ?? 0);
    expect(started.length).toBeGreaterThan(4);
    const exited = once(demo, 'exit');
    demo.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    await eventually(() => started.every((pid) => !existsSync(`/proc/${pid}`)), { what: 'the end of all' });
  });
});
