import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startWorld } from '../examples/demo/world.ts';
import { startBrowser } from '../packages/server/test/browser.ts';

/** `npm run screenshot`: makes the pictures in `docs/` again, from the demo with one thing broken. */
const docs = fileURLToPath(new URL('../docs', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'custos-pictures-'));

const world = await startWorld({ dataDirectory: directory, port: 0, fresh: true, break: false }, console.log);
const browser = await startBrowser();
try {
  await fetch(`${world.deskUrl}/break/slow`, { method: 'POST', headers: { origin: world.deskUrl } });
  for (const [name, width, height, colorScheme] of [
    ['overview', 1440, 900, 'light'],
    ['overview-phone', 390, 844, 'dark'],
  ] as const) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${world.custosUrl}/login`);
    await page.getByLabel(/e-?mail/i).fill(world.account.email);
    await page
      .getByLabel(/password/i)
      .first()
      .fill(world.account.password);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === '/');
    await page.waitForSelector('main h1');
    // Long enough for a row of beats and for the slow shop to be noticed.
    await delay(name === 'overview' ? 60_000 : 2000);
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
