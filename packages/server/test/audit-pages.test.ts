import { readFile } from 'node:fs/promises';
import { createClient, type Client } from '@custos/client';
import { submissionAnswer } from '@custos/contract';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOfVisits, startBrowser } from './browser.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { openSignedIn } from './signed-in-page.ts';

const address = '203.0.113.77';

const loginOf = (index: number) => ({
  type: 'authentication.login',
  outcome: index % 3 === 0 ? 'denied' : 'succeeded',
  actor: { type: 'customer', id: `cus_${index % 5}` },
  address,
  details: { method: 'password' },
});
const orderOf = (index: number) => ({
  type: 'application.act',
  action: 'order.place',
  outcome: 'succeeded',
  actor: { type: 'customer', id: `cus_${index % 5}` },
  target: { type: 'order', id: `ord_${index}` },
  details: { order: { id: index }, note: index === 17 ? 'a wooden Pelican' : 'ordinary' },
});

/** Pages of the audit log in a real browser, on the real program. Needs packages/web/dist, as the dashboard does. */
describe('the pages of the audit log', () => {
  let custos: Served;
  let client: Client;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const post = async (events: readonly object[]): Promise<void> => {
    const { results } = await client.request('POST', '/api/v1/audit/events', {
      schema: submissionAnswer,
      body: events,
    });
    expect(results.map(({ status }) => status)).toEqual(events.map(() => 'accepted'));
  };
  const rows = () => page.locator('table[aria-label="Audit events"] tbody tr');
  const openFirst = async (query: string): Promise<void> => {
    await page.goto(`${custos.url}/audit?${query}`);
    await rows().first().locator('button').click();
    await page.getByRole('heading', { name: 'Proof' }).waitFor();
  };
  const verify = async (): Promise<void> => {
    await page.getByRole('button', { name: /^Verify/ }).click();
  };

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    const person = await setUp(custos);
    const { permissions } = await person.session.current();
    const { token } = await person.tokens.create({ name: 'test', permissions, expiresInDays: 1 });
    client = createClient({ baseUrl: custos.url, token });
    await post(Array.from({ length: 60 }, (_, index) => loginOf(index)));
    await post(Array.from({ length: 60 }, (_, index) => orderOf(index)));
    page = await openSignedIn(browser, custos.url, { complaints });
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  test('a search narrows the list, stays in the address, and is taken off by its chip', async () => {
    await page.goto(`${custos.url}/audit`);
    await rows().first().waitFor();
    const field = page.getByLabel('Search in the text of events');
    await field.fill('wooden pelican');
    await field.press('Enter');
    await eventually(async () => (await rows().count()) === 1, { what: 'one row' });
    expect(new URL(page.url()).searchParams.get('text')).toBe('wooden pelican');
    expect(await rows().first().textContent()).toContain('order.place');

    await page.goto(`${custos.url}/audit?party=cus_3&outcome=denied&detail=method%3Dpassword`);
    const chips = page.getByRole('list', { name: 'Filters' });
    await chips.getByText('cus_3').waitFor();
    await eventually(async () => (await rows().count()) === 4, { what: 'sign-ins of one customer' });
    await chips.getByRole('button', { name: 'Remove the filter Outcome denied' }).click();
    await eventually(async () => (await rows().count()) === 12, {
      what: 'the sign-ins that were not denied',
    });
    expect(new URL(page.url()).searchParams.has('outcome')).toBe(false);
  });

  test('a click on a bar shows only its time', async () => {
    await page.goto(`${custos.url}/audit?range=1h&action=order.place`);
    const bars = page.getByRole('group', { name: /Events over time/ });
    await bars
      .getByRole('button', { name: /^60 events|^[1-5]?[0-9] events/ })
      .last()
      .waitFor();
    await bars
      .getByRole('button', { name: /^[1-9][0-9]* event/ })
      .last()
      .click();
    await page.waitForURL((url) => url.searchParams.has('from') && url.searchParams.has('to'));
    await page.getByRole('list', { name: 'Filters' }).getByText('Received').waitFor();
    await rows().first().waitFor();
    const { searchParams } = new URL(page.url());
    expect(Number(searchParams.get('to')) - Number(searchParams.get('from'))).toBeLessThanOrEqual(120_000);
  });

  test('newer events are told of and shown only when asked, and the own reading is no news', async () => {
    await page.goto(`${custos.url}/audit?action=order.place&range=all`);
    await rows().first().waitFor();
    const before = await rows().first().textContent();
    await post([orderOf(900), orderOf(901)]);
    const hint = page.getByText('2 new events since you looked.');
    await hint.waitFor({ timeout: 25_000 });
    expect(await rows().first().textContent()).toBe(before);
    await page.getByRole('button', { name: 'Show them' }).click();
    await page.getByText('ord_901').first().waitFor();
    await hint.waitFor({ state: 'hidden' });
  }, 60_000);

  test('Verify checks the event in the browser against the tiles, step by step', async () => {
    await openFirst('action=order.place');
    await verify();
    await page.getByText('Verified', { exact: true }).waitFor();
    const steps = page.getByRole('list', { name: 'Steps of the verification' }).getByRole('listitem');
    expect(await steps.count()).toBe(7);
    for (const step of await steps.all()) expect(await step.getAttribute('data-state')).toBe('passed');
  });

  test('a tile that was tampered with makes it fail loudly', async () => {
    await openFirst('type=authentication.login');
    let tampered = 0;
    await page.route('**/ledger/**/tile/0/**', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      // One bit of one hash.
      body[body.length - 5] = (body[body.length - 5] ?? 0) ^ 1;
      tampered += 1;
      await route.fulfill({ response, body });
    });
    await verify();
    const alert = page.getByRole('alert');
    await alert.getByText('Does not verify').waitFor();
    expect(await alert.textContent()).toContain('Do not rely on this event');
    expect(tampered).toBeGreaterThan(0);
    await page.unroute('**/ledger/**/tile/0/**');
    await verify();
    await page.getByText('Verified', { exact: true }).waitFor();
  });

  test('an answer that shows another outcome than the log keeps is found out', async () => {
    await page.route('**/api/v1/audit/events/aud_*', async (route) => {
      const response = await route.fetch();
      const event = (await response.json()) as { outcome: string };
      await route.fulfill({ response, json: { ...event, outcome: 'failed' } });
    });
    await openFirst('action=order.place');
    await verify();
    const alert = page.getByRole('alert');
    await alert.getByText('Does not verify').waitFor();
    expect(await alert.textContent()).toContain('outcome');
    await page.unroute('**/api/v1/audit/events/aud_*');
  });

  test('a sealed field is revealed for a reason, and both are on record', async () => {
    await openFirst('type=authentication.login&actor=cus_2');
    expect(await page.locator('aside').textContent()).not.toContain(address);
    await page.getByRole('button', { name: 'Reveal address' }).click();
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText('must say why').waitFor();
    await page.getByLabel('Why does address have to be seen?').fill('Case 4711');
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByText(address).waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const { items } = await client.audit.list({ action: 'audit.reveal', target: id, outcome: 'succeeded' });
    expect(items).toHaveLength(1);
  });

  test('a search is saved, found again, applied and removed', async () => {
    await page.goto(`${custos.url}/audit?outcome=denied&type=authentication.login&range=30d`);
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: 'Save this search…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Refused sign-ins');
    await page.getByLabel('Everybody who may read the audit log sees it').check();
    await page.getByRole('button', { name: 'Save the search' }).click();
    await page.getByRole('dialog', { name: 'Save this search' }).waitFor({ state: 'hidden' });
    const kept = await client.audit.searches.list();
    expect(kept.searches).toMatchObject([
      {
        name: 'Refused sign-ins',
        shared: true,
        filter: { outcome: 'denied', type: 'authentication.login' },
      },
    ]);

    await page.goto(`${custos.url}/audit`);
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: /^Refused sign-ins/ }).click();
    await page.getByRole('list', { name: 'Filters' }).getByText('denied').waitFor();
    expect(new URL(page.url()).searchParams.get('type')).toBe('authentication.login');
    await page.getByRole('button', { name: 'Saved searches' }).click();
    await page.getByRole('button', { name: 'Remove Refused sign-ins' }).click();
    await eventually(async () => (await client.audit.searches.list()).searches.length === 0, {
      what: 'the search to be gone',
    });
  });

  test('chosen events are downloaded as evidence, and what is seen as an export', async () => {
    await page.goto(`${custos.url}/audit?action=order.place`);
    await rows().first().waitFor();
    await rows().nth(0).locator('input[type=checkbox]').check();
    await rows().nth(1).locator('input[type=checkbox]').check();
    await page.getByRole('button', { name: 'Evidence…' }).click();
    await page.getByLabel('Why', { exact: false }).fill('Asked for by the auditor');
    const [archive] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the evidence' }).click(),
    ]);
    const zip = await readFile(await archive.path());
    expect(zip.subarray(0, 2).toString()).toBe('PK');

    await page.goto(`${custos.url}/audit?action=order.place&range=all`);
    await rows().first().waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /^NDJSON/ }).click(),
    ]);
    const { values } = await client.audit.top({ action: 'order.place', field: 'action' });
    const recorded = values[0]?.count ?? 0;
    expect(recorded).toBeGreaterThanOrEqual(60);
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
    expect(lines).toHaveLength(recorded);
    expect(lines.every((line) => line.includes('order.place'))).toBe(true);
  });

  test('the ledger is verified as a whole, and a hold is placed and released', async () => {
    await page.goto(`${custos.url}/ledger`);
    await page.getByText('The ledger is sound').waitFor();
    await page.getByRole('button', { name: 'Verify all' }).click();
    await page.getByText('Nothing wrong was found').waitFor({ timeout: 20_000 });

    await page.getByRole('button', { name: 'Place a hold' }).click();
    const form = page.getByRole('dialog', { name: 'Place a legal hold' });
    await form.getByRole('textbox', { name: 'Why' }).fill('Case 4711');
    await form.getByRole('button', { name: 'Place the hold' }).click();
    const holds = page.getByRole('table', { name: 'Legal holds' });
    await holds.getByText('Case 4711').waitFor();
    await holds.getByRole('button', { name: 'Release…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Release this hold?' });
    await dialog.getByRole('textbox', { name: 'Why' }).fill('Case closed');
    await dialog.getByRole('button', { name: 'Release the hold' }).click();
    await holds.getByText('released').waitFor();
    expect((await client.audit.holds.list()).items).toMatchObject([{ reason: 'Case 4711', logs: null }]);
  }, 60_000);

  test('a person’s data is erased only after the id was typed again', async () => {
    await page.goto(`${custos.url}/ledger`);
    const form = page.getByRole('region', { name: 'Erase a person’s data' });
    await form.getByRole('textbox', { name: 'Type', exact: true }).fill('customer');
    await form.getByRole('textbox', { name: 'Id', exact: true }).fill('cus_4');
    await form.getByRole('textbox', { name: 'Why' }).fill('Request of the person');
    const confirmation = page.getByLabel('Type the id again to confirm');
    await confirmation.fill('cus_3');
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('It is not the same id as above.').waitFor();
    await confirmation.fill('cus_4');
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('12 fields of 12 events erased').waitFor();
  });

  test('security events are grouped by source and lead into the audit log', async () => {
    await page.goto(`${custos.url}/security?range=24h`);
    const groups = page.getByRole('table', { name: 'Security events by source' });
    await groups.getByRole('link', { name: /authentication\.login denied/ }).click();
    await page.waitForURL((url) => url.pathname === '/audit' && url.searchParams.get('outcome') === 'denied');
    await eventually(async () => (await rows().count()) === 20, { what: 'the refused sign-ins' });
  });

  test('every page works without an error and axe finds nothing serious', async () => {
    const { items } = await client.audit.list({ type: 'authentication.login', limit: 1 });
    const paths = ['/audit?outcome=denied', `/audit/${items[0]?.id ?? ''}`, '/ledger', '/security'];
    const visits = paths.map((path) => ({ page, address: `${custos.url}${path}` }));
    expect(await faultsOfVisits(visits)).toEqual([]);
    // The refused reveal, which a test above asks for, is told of by the browser.
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
  }, 120_000);
});
