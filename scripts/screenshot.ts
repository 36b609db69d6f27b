import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { driverEmail } from '../examples/demo/account.ts';
import { startWorld } from '../examples/demo/world.ts';
import { startBrowser } from '../packages/server/test/browser.ts';

/** `npm run screenshot`: makes the pictures in `docs/` again, from the demo with one thing broken. */
const docs = fileURLToPath(new URL('../docs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'custos-pictures-'));

interface Picture {
  readonly name: string;
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}

const desk = { width: 1440, height: 900, colorScheme: 'light' } as const;
const expressions = [
  'sum by (path) (rate(shop_requests_total[1m]))',
  'histogram_quantile(0.95, sum by (le) (rate(shop_request_duration_seconds_bucket[1m])))',
];
const pictures: readonly Picture[] = [
  { name: 'overview', path: '/', ...desk },
  {
    name: 'explore',
    path: `/explore?${new URLSearchParams({ q: JSON.stringify(expressions), range: '5m' })}`,
    ...desk,
  },
  { name: 'logs', path: `/logs?${new URLSearchParams({ query: 'service:shop', range: '5m' })}`, ...desk },
  { name: 'overview-phone', path: '/', width: 390, height: 844, colorScheme: 'dark' },
];

const world = await startWorld({ dataDirectory: directory, port: 0, fresh: true, break: false }, console.log);
const browser = await startBrowser();
try {
  // Long enough for healthy figures, for a row of beats, and for the slow shop to be noticed.
  await delay(240_000);
  await fetch(`${world.deskUrl}/break/slow`, { method: 'POST', headers: { origin: world.deskUrl } });
  await delay(60_000);
  for (const { name, path, width, height, colorScheme } of pictures) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${world.custosUrl}/login`);
    await page.getByLabel(/e-?mail/i).fill(driverEmail);
    await page
      .getByLabel(/password/i)
      .first()
      .fill(world.account.password);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/');
    await page.goto(`${world.custosUrl}${path}`);
    await page.waitForSelector('main h1');
    await delay(3000);
    await page.screenshot({ path: join(docs, `${name}.png`) });
    console.log(`docs/${name}.png`);
    await context.close();
  }
} finally {
  await browser.close();
  await world.stop();
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);
