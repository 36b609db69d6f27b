import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { createClient, type Client } from '@custos/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOfVisits, startBrowser } from './browser.ts';
import { startShop, type Shop } from './receivers.ts';
import { administrator, browserFetch, discard, eventually, serve, type Served } from './serve.ts';

/** The dashboard in a real browser, on the real program. Needs packages/web/dist, which `npm test` builds. */
describe('the dashboard', () => {
  let custos: Served;
  let client: Client;
  let shop: Shop;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [custos, shop, browser] = await Promise.all([serve(), startShop(), startBrowser()]);
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // The first look at the session of a visitor is answered 401, and the browser says so.
      if (message.type() === 'error' && !message.text().includes('401')) complaints.push(message.text());
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
    await shop.kill();
  });

  test('the set-up link makes the first account and leads to the overview', async () => {
    await page.goto(`${custos.url}/setup#token=${await custos.setupToken()}`);
    await page.getByLabel(/name/i).first().fill(administrator.name);
    await page.getByLabel(/e-?mail/i).fill(administrator.email);
    for (const field of await page.locator('input[type=password]').all())
      await field.fill(administrator.password);
    await page.locator('button[type=submit]').click();
    await page.waitForURL((url) => url.pathname === '/');
    // The same session: who configures the installation has one at a time.
    const cookies = await page.context().cookies();
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    client = createClient({ baseUrl: custos.url, fetch: browserFetch(cookie) });
    expect((await client.session.current()).role).toBe('super-admin');
  });

  test('an alert appears by itself when a service dies, and goes when it is back', async () => {
    await client.probes.create({
      name: 'Corner shop',
      kind: 'http',
      intervalMs: 1000,
      timeoutMs: 800,
      options: { url: shop.url },
    });
    await page.goto(`${custos.url}/`);
    await page.getByText('Corner shop').first().waitFor();
    await shop.kill();
    await page.getByText('Corner shop is down').first().waitFor({ timeout: 15_000 });
    await shop.revive();
    await eventually(async () => (await page.getByText('Corner shop is down').count()) === 0, {
      what: 'the alert to go',
    });
  });

  test('every page works without an error and axe finds nothing serious', async () => {
    const { items } = await client.probes.list();
    const probe = items.find(({ name }) => name === 'Corner shop');
    const paths = [
      '/',
      '/alerts',
      '/deliveries',
      '/services',
      '/services/new',
      '/probes',
      `/probes/${probe?.id ?? ''}`,
      '/probes/new',
      '/rules',
      '/maintenance',
      '/jobs',
      '/audit',
      '/channels',
      '/settings',
    ];
    const visits = paths.map((path) => ({ page, address: `${custos.url}${path}` }));
    expect(await faultsOfVisits(visits)).toEqual([]);
    expect(complaints).toEqual([]);
  }, 120_000);
});

/** What a visitor of the overview has to get before seeing it: file names of `dist/assets`. */
function firstLoad(dist: string): ReadonlySet<string> {
  const assets = join(dist, 'assets');
  const text = (name: string): string => readFileSync(join(assets, name), 'utf8');
  const page = readdirSync(assets).find(
    (name) => name.endsWith('.js') && text(name).includes('Nothing has been checked yet'),
  );
  expect(page).toBeDefined();
  const index = readFileSync(join(dist, 'index.html'), 'utf8');
  const open = [page ?? '', ...[...index.matchAll(/\/assets\/([^"']+)/g)].map(([, name]) => name ?? '')];
  const found = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (!name.endsWith('.js')) continue;
    // What a file imports at once; what it imports later is in parentheses.
    for (const [, other] of text(name).matchAll(/(?:import|from)\s*["']\.\/([^"']+)["']/g)) {
      open.push(other ?? '');
    }
  }
  return found;
}

test('the first load stays under 250 KB compressed', () => {
  const dist = new URL('../../web/dist', import.meta.url).pathname;
  const sizes = [...firstLoad(dist)].map(
    (name) => brotliCompressSync(readFileSync(join(dist, 'assets', name))).length,
  );
  expect(sizes.length).toBeGreaterThan(5);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
});
