// Takes screenshots of pages and runs axe on them:
// node dev/look.ts <base address> <output folder> <width>x<height> <light|dark> <path>...
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as browserType } from 'playwright-core';

const [base = '', folder = '', size = '1440x900', scheme = 'light', ...paths] = process.argv.slice(2);
const [width = 1440, height = 900] = size.split('x').map(Number);
mkdirSync(folder, { recursive: true });
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await browserType.launch({
  executablePath: await chromium.executablePath(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
const context = await browser.newContext({
  viewport: { width, height },
  colorScheme: scheme === 'dark' ? 'dark' : 'light',
  deviceScaleFactor: width < 500 ? 2 : 1,
});
const page = await context.newPage();
page.on('console', (message) => {
  if (message.type() === 'error' || message.type() === 'warning') {
    process.stdout.write(`  console ${message.type()}: ${message.text().slice(0, 400)}\n`);
  }
});
page.on('pageerror', (error) => process.stdout.write(`  page error: ${error.message}\n`));
for (const path of paths) {
  const name = path.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '') || 'home';
  await page.goto(base + path, { waitUntil: 'load' });
  await page.waitForTimeout(1200);
  await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`) });
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: () => Promise<{ violations: Violation[] }> } }).axe;
    const { violations } = await axe.run();
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
    }));
  });
  process.stdout.write(
    `${path} ${size} ${scheme}: ${found.length === 0 ? 'axe finds nothing' : JSON.stringify(found, null, 1)}\n`,
  );
}
await browser.close();

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}
