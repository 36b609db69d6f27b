import type { Browser, Page } from 'playwright-core';
import { administrator } from './serve.ts';

/**
 * A page of a running Custos on which its first account is signed in. What the page complains of goes into
 * `complaints`, but for what `expected` fits: the browser also says when an answer is an error, as the first look
 * at the session of a visitor is (401).
 */
export async function openSignedIn(
  browser: Browser,
  url: string,
  {
    complaints,
    expected = /401/,
    height = 900,
  }: { readonly complaints: string[]; readonly expected?: RegExp; readonly height?: number },
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height }, acceptDownloads: true });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected.test(message.text())) complaints.push(message.text());
  });
  await page.goto(`${url}/login`);
  await page.getByLabel(/e-?mail/i).fill(administrator.email);
  await page.locator('input[type=password]').fill(administrator.password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL((address) => address.pathname === '/');
  return page;
}
