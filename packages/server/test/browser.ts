import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { chromium as playwright, type Browser, type Page } from 'playwright-core';

/** Starts a real headless Chromium that calls nobody but the pages it is sent to. */
export async function startBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Where pictures of pages go when somebody wants to look at them. */
const shots = process.env['CUSTOS_TEST_SHOTS'];

/** Keeps a picture of the page as it stands, where pictures are wanted. */
export async function keepShot(page: Page, name: string): Promise<void> {
  // Dialogs and panels slide in.
  await page.waitForTimeout(300);
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}-${page.viewportSize()?.width ?? 0}.png`) });
}

/** Width, px, and colours in which pages are looked at: a desk by day, a phone at night. */
const usualLooks = [
  [1440, 'light'],
  [390, 'dark'],
] as const;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly target: readonly string[] }[];
  }[];
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How far the page is wider than its window, px; 0 when it fits. */
export async function pixelsTooWide(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
}

/**
 * What axe finds on the page as it stands, but for trifles, and whether it is wider than its window; a line
 * each. `known` are rules that do not count.
 */
export async function faultsOf(page: Page, known: readonly string[] = []): Promise<string[]> {
  // Straight into the page's world: the content security policy keeps scripts out of the document.
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run;
    return (await run()).violations;
  });
  const found = violations
    .filter(({ id, impact }) => impact !== 'minor' && !known.includes(id))
    .map(({ id, nodes }) => `${id} (${nodes.map((node) => node.target.join(' ')).join('; ')})`);
  const overflow = await pixelsTooWide(page);
  return overflow > 0 ? [...found, `${overflow} px too wide`] : found;
}

/** Opens every address in every look and tells what is wrong there; each visit says who goes where. */
export async function faultsOfVisits(
  visits: readonly { readonly page: Page; readonly address: string }[],
  looks: readonly (readonly [width: number, colorScheme: 'light' | 'dark'])[] = usualLooks,
): Promise<string[]> {
  const found: string[] = [];
  for (const [width, colorScheme] of looks) {
    for (const { page, address } of visits) {
      await page.setViewportSize({ width, height: 844 });
      await page.emulateMedia({ colorScheme });
      await page.goto(address);
      await page.waitForSelector('main h1:visible, main h2:visible');
      // What loads after the heading; the live stream never ends, so the network is never idle.
      await page.waitForTimeout(500);
      const where = `${new URL(address).pathname} at ${width} ${colorScheme}`;
      for (const fault of await faultsOf(page)) found.push(`${where}: ${fault}`);
    }
  }
  return found;
}
