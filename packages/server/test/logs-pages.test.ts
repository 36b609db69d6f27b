import { readFile } from 'node:fs/promises';
import { createClient, type Client } from '@custos/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, faultsOfVisits, keepShot, startBrowser } from './browser.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { openSignedIn } from './signed-in-page.ts';

const total = 400;

/** Orders that go well, and every tenth that does not. */
const lineOf = (index: number, at: number) => ({
  time: new Date(at).toISOString(),
  level: index % 10 === 0 ? 'error' : 'info',
  service: index % 2 === 0 ? 'pay' : 'api',
  host: 'host-1',
  message: index % 10 === 0 ? `payment failed for order ${index}` : `order ${index} placed`,
  user: index % 4 === 0 ? 'test' : 'ann',
  duration: index,
  ...(index === 0 ? { trace_id: '0af7651916cd43dd8448eb211c80319c', password: 'hunter2hunter2' } : {}),
});

/** The page of logs in a real browser, on the real program. Needs packages/web/dist, as the dashboard does. */
describe('the page of logs', () => {
  let custos: Served;
  let client: Client;
  let browser: Browser;
  let page: Page;
  let token = '';
  const complaints: string[] = [];

  const send = async (lines: readonly object[]): Promise<void> => {
    const reply = await fetch(`${custos.url}/api/v1/logs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      body: lines.map((line) => JSON.stringify(line)).join('\n'),
    });
    expect(await reply.json()).toMatchObject({ accepted: lines.length, refused: 0 });
  };
  const list = () => page.getByRole('list', { name: 'Log records' });
  const rows = () => list().getByRole('button');
  const field = () => page.getByLabel('Search logs');
  const panel = () => page.getByRole('complementary', { name: 'Log record' });
  const query = (): string | null => new URL(page.url()).searchParams.get('query');
  const counted = (text: string) => page.getByText(text, { exact: true }).first().waitFor();

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    const person = await setUp(custos);
    const { permissions } = await person.session.current();
    ({ token } = await person.tokens.create({
      name: 'test',
      permissions: [...new Set([...permissions, 'telemetry.ingest' as const])],
      expiresInDays: 1,
    }));
    client = createClient({ baseUrl: custos.url, token });
    await eventually(async () => (await client.logs.histogram({})).total === 0, { what: 'columns' });
    page = await openSignedIn(browser, custos.url, { complaints });
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  test('before the first record it says how to send some', async () => {
    await page.goto(`${custos.url}/logs`);
    await page.getByRole('heading', { name: 'No logs yet' }).waitFor();
    await page.getByRole('link', { name: 'How to send logs' }).waitFor();
    const now = Date.now();
    await send(Array.from({ length: total }, (_, index) => lineOf(index, now - 5_000 - index * 1000)));
    await eventually(async () => (await client.logs.histogram({})).total === total, {
      what: 'the records in columns',
    });
  });

  test('what is written is completed at the caret, and Enter searches', async () => {
    await page.goto(`${custos.url}/logs`);
    await counted('400 records');
    await field().pressSequentially('lev');
    await page.getByRole('option', { name: /^level/ }).click();
    expect(await field().inputValue()).toBe('level:');
    await field().pressSequentially('e');
    await page.getByRole('option', { name: /^error/ }).waitFor();
    await field().press('ArrowDown');
    await field().press('Enter');
    expect(await field().inputValue()).toBe('level:error ');
    await field().press('Enter');
    await counted('40 records');
    expect(query()).toBe('level:error');
    expect(await rows().first().textContent()).toContain('payment failed for order 0');
    await keepShot(page, 'logs-search');
  });

  test('what is wrong with a search stands beneath it with its place', async () => {
    await page.goto(`${custos.url}/logs?query=level:error%20duration:%3Efast`);
    await page.getByText('at character 23: only numbers can be compared here').waitFor();
    await page.getByRole('heading', { name: 'The search cannot be read' }).waitFor();
    await field().fill('nobody wrote this');
    await field().press('Enter');
    await page.getByRole('heading', { name: 'No record fits' }).waitFor();
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await counted('400 records');
  });

  test('a record opens beside the list, and its values narrow and exclude', async () => {
    await page.goto(`${custos.url}/logs?query=level:error`);
    await rows().first().click();
    await panel().getByText('payment failed for order 0').first().waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/logs\/.+/);
    await panel()
      .getByText(/^Masked when it came in:/)
      .waitFor();
    expect(await panel().textContent()).not.toContain('hunter2');
    expect(await panel().getByRole('link', { name: 'Open the trace' }).getAttribute('href')).toBe(
      '/traces/0af7651916cd43dd8448eb211c80319c',
    );
    await panel().locator('li[aria-current]').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await keepShot(page, 'logs-panel');
    await panel().getByRole('button', { name: 'Without user test' }).click();
    await counted('20 records');
    expect(query()).toBe('level:error -user:test');
    await rows().first().click();
    await panel().getByRole('button', { name: 'Only duration 10', exact: true }).click();
    await counted('1 record');
    expect(query()).toBe('level:error -user:test duration:10');
  });

  test('from a record one comes to all that its service wrote around it, and from a search to a rule', async () => {
    await page.goto(`${custos.url}/logs?query=level:error`);
    await rows().first().click();
    await panel().getByRole('link', { name: 'All of this minute' }).click();
    await page.waitForURL((url) => url.pathname === '/logs' && url.searchParams.has('from'));
    expect(query()).toMatch(/^service:\S+ host:\S+$|^service:\S+$/);
    const { searchParams } = new URL(page.url());
    expect(Number(searchParams.get('to')) - Number(searchParams.get('from'))).toBe(60_000);
    await rows().first().waitFor();
    await page.goto(`${custos.url}/logs?query=level:error`);
    await page.getByRole('link', { name: 'Make a rule' }).click();
    const form = page.getByRole('complementary', { name: 'Add a rule on logs' });
    expect(await form.getByLabel('Search').inputValue()).toBe('level:error');
  });

  test('j, k, Enter and Escape move through the records, and / goes to the search', async () => {
    await page.goto(`${custos.url}/logs`);
    await rows().first().waitFor();
    for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await panel().getByText('order 1 placed').first().waitFor();
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'hidden' });
    // The keys of the whole program come a moment after the page.
    await eventually(
      async () => {
        await page.keyboard.press('/');
        return page.locator('[data-search]:focus').isVisible();
      },
      { what: 'the focus in the search', everyMs: 300 },
    );
    await page.keyboard.type('abc');
    expect(await field().inputValue()).toMatch(/^\/?abc$/);
  });

  test('a drag over the bars shows only their time', async () => {
    await page.goto(`${custos.url}/logs?range=1h`);
    await counted('400 records');
    const bars = page
      .getByRole('group', { name: /Records over time/ })
      .getByRole('button', { name: /^[1-9]\d* record/ });
    const [one, other] = [await bars.nth(1).boundingBox(), await bars.nth(3).boundingBox()];
    if (one === null || other === null) throw new Error('there are no bars');
    await page.mouse.move(one.x + 3, one.y + 20);
    await page.mouse.down();
    await page.mouse.move(other.x + 3, other.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => url.searchParams.has('from') && url.searchParams.has('to'));
    await counted('180 records');
  });

  test('a long list is drawn in part and goes on as one scrolls', async () => {
    await page.goto(`${custos.url}/logs`);
    await rows().first().waitFor();
    expect(await rows().count()).toBeLessThan(100);
    await eventually(
      async () => {
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
        return page.getByText('order 399 placed').isVisible();
      },
      { what: 'the oldest record' },
    );
    await page.getByText('That is all that fits.').waitFor();
  });

  test('the live tail shows what fits as it comes, and holds under the pointer', async () => {
    await page.goto(`${custos.url}/logs?view=live&query=level:error`);
    await page.getByText('Live: records appear as they come in.').waitFor();
    const at = Date.now();
    await send([
      { ...lineOf(1000, at), message: 'live one' },
      { ...lineOf(1001, at), message: 'not wanted' },
    ]);
    await rows().filter({ hasText: 'live one' }).waitFor();
    expect(await page.getByText('not wanted').count()).toBe(0);
    await rows().first().hover();
    await send([{ ...lineOf(1010, at), message: 'live two' }]);
    await page.getByRole('button', { name: 'Show 1 new record' }).waitFor();
    expect(await rows().count()).toBe(1);
    await keepShot(page, 'logs-live');
    await page.getByRole('button', { name: 'Show 1 new record' }).click();
    await rows().filter({ hasText: 'live two' }).waitFor();
    await rows().first().click();
    await panel().getByText('live two').first().waitFor();
  });

  test('similar lines are folded into shapes, which lead to their records', async () => {
    await page.goto(`${custos.url}/logs?view=patterns&query=service:api%20OR%20service:pay`);
    const patterns = page.getByRole('list', { name: 'Patterns' }).getByRole('listitem');
    const failed = patterns.filter({ hasText: /payment failed for order/ });
    await failed.first().waitFor();
    expect(await failed.count()).toBe(1);
    await keepShot(page, 'logs-patterns');
    await failed.getByRole('button', { name: 'Show records' }).click();
    await counted('40 records');
    expect(query()).toContain('message:/');
  });

  test('a shape that is left out leaves the rest', async () => {
    await page.goto(`${custos.url}/logs?view=patterns`);
    const placed = page
      .getByRole('list', { name: 'Patterns' })
      .getByRole('listitem')
      .filter({ hasText: /^360/ });
    await placed.getByRole('button', { name: 'Leave out' }).click();
    // What the tests above sent beside the four hundred.
    await counted('43 records');
  });

  test('a search is kept, found again and applied', async () => {
    await page.goto(`${custos.url}/logs?query=level:error&category=application`);
    await field().waitFor();
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: 'Save this search…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Failures');
    await page.getByRole('button', { name: 'Save the search' }).click();
    await page.getByRole('dialog', { name: 'Save this search' }).waitFor({ state: 'hidden' });
    expect(await client.logs.searches()).toMatchObject({
      searches: [{ name: 'Failures', query: 'level:error', categories: ['application'] }],
    });
    await page.goto(`${custos.url}/logs`);
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: /^Failures/ }).click();
    await page.waitForURL((url) => url.searchParams.get('query') === 'level:error');
    const category = page.getByRole('group', { name: 'Category' });
    await category.getByRole('button', { name: 'Application', pressed: true }).waitFor();
  });

  test('everything that fits is exported, not only what is seen', async () => {
    await page.goto(`${custos.url}/logs?query=service:api`);
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^NDJSON/ }).click(),
    ]);
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
    expect(lines.length).toBe((await client.logs.histogram({ query: 'service:api' })).total);
    expect(lines.every((line) => line.includes('"service":"api"'))).toBe(true);
  });

  test('SQL is answered, and what is wrong with it is told', async () => {
    await page.goto(`${custos.url}/logs?view=sql`);
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('cell', { name: 'pay', exact: true }).first().waitFor();
    await keepShot(page, 'logs-sql');
    await page.getByRole('textbox', { name: 'SQL' }).fill('SELECT * FROM audit_event');
    await page.getByRole('button', { name: 'Run' }).click();
    await page.getByRole('alert').waitFor();
  });

  test('every view works without an error and axe finds nothing serious', async () => {
    const { items } = await client.logs.list({ limit: 1 });
    const paths = [
      '/logs',
      '/logs?query=level:error',
      '/logs?view=live',
      '/logs?view=patterns',
      '/logs?view=sql',
      `/logs/${items[0]?.id ?? ''}`,
    ];
    const visits = paths.map((path) => ({ page, address: `${custos.url}${path}` }));
    expect(await faultsOfVisits(visits)).toEqual([]);
    // The searches and statements above that cannot be read are told of by the browser.
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
  }, 120_000);
});
