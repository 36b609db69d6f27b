import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { submissionAnswer } from '@custos/contract';
import type { Client } from '@custos/client';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOperator } from '../src/app/operator.ts';
import { loadOptions } from '../src/app/options.ts';
import { faultsOf, keepShot, startBrowser } from './browser.ts';
import { custos as command } from './command.ts';
import { administrator, discard, eventually, serve, setUp, type Served } from './serve.ts';

const bob = { email: 'bob@example.com', name: 'Bob', password: 'copper walnut drifting moss' } as const;
const patienceMs = 12_000;
const eventCount = 60;

/** Files that take a second person, a fresh proof, or their time. Needs packages/web/dist, as the dashboard does. */
describe('downloads in a browser', () => {
  let custos: Served;
  let client: Client;
  let browser: Browser;
  let ada: Page;
  let other: Page;

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    client = await setUp(custos);
    const events = Array.from({ length: eventCount }, (_, index) => ({
      type: 'application.act',
      action: 'order.place',
      outcome: 'succeeded',
      actor: { type: 'customer', id: `cus_${index % 5}` },
      target: { type: 'order', id: `ord_${index}` },
      details: { note: randomBytes(2000).toString('hex') },
    }));
    const { results } = await client.request('POST', '/api/v1/audit/events', {
      schema: submissionAnswer,
      body: events,
    });
    expect(results.map(({ status }) => status)).toEqual(results.map(() => 'accepted'));
    // As the operator on the host makes them, so that the password is theirs.
    const operator = await openOperator(
      await loadOptions({ file: join(custos.directory, 'custos.yaml'), environment: {} }),
    );
    await operator.access.operator.createUser({ ...bob, role: 'super-admin' });
    await operator.close();
    [ada, other] = await Promise.all([open(1440, administrator), open(390, bob)]);
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  async function open(
    width: number,
    { email, password }: { readonly email: string; readonly password: string },
  ): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width, height: 844 },
      colorScheme: width === 390 ? 'dark' : 'light',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${custos.url}/login`);
    await page.getByLabel('E-mail').fill(email);
    await page.locator('input[type=password]').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.waitForURL(({ pathname }) => pathname === '/');
    return page;
  }

  async function look(on: Page, name: string): Promise<void> {
    await keepShot(on, name);
    expect(await faultsOf(on), name).toEqual([]);
  }

  async function exportAll(): Promise<void> {
    await ada.goto(`${custos.url}/audit?action=order.place&range=all`);
    await ada.getByRole('table', { name: 'Audit events' }).waitFor();
    await ada.getByRole('button', { name: 'Export' }).click();
    await ada.getByRole('button', { name: /^NDJSON/ }).click();
  }

  async function lines(file: Download): Promise<readonly string[]> {
    return (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
  }

  const badge = (on: Page) =>
    on
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: /Approvals.*to answer/ });

  test('an export that takes a second person says that it waits, and saves nothing yet', async () => {
    const downloads: Download[] = [];
    const keep = (file: Download): number => downloads.push(file);
    ada.on('download', keep);
    await exportAll();
    await ada.getByText('Waiting for a second person').waitFor();
    await look(ada, 'export-waits');
    expect(downloads).toEqual([]);
    ada.off('download', keep);
  });

  test('the other person sees it at once, on a desk and on a phone, and answers', async () => {
    await other.getByRole('button', { name: /^More 1 to answer/ }).waitFor();
    await look(other, 'badge');
    await other.getByRole('button', { name: /^More/ }).click();
    await other.getByRole('menuitem', { name: /Approvals 1 to answer/ }).waitFor();
    await keepShot(other, 'badge-in-menu');
    // An open menu stands beside the page, in no part of it.
    expect(await faultsOf(other, ['region'])).toEqual([]);
    await other.getByRole('menuitem', { name: /Approvals/ }).click();
    await other.setViewportSize({ width: 1440, height: 844 });
    await badge(other).waitFor();
    expect(await badge(ada).count()).toBe(0);
    await look(other, 'approvals');
    await other.setViewportSize({ width: 390, height: 844 });
    await look(other, 'approvals');
    await other.getByRole('button', { name: 'Export the audit log' }).click();
    await other.getByRole('button', { name: 'Approve' }).waitFor();
    await look(other, 'approval');
    await other.getByRole('button', { name: 'Approve' }).click();
    await other.getByRole('status').getByText('Approved, not done yet').waitFor();
    await other.getByRole('button', { name: 'Close panel (Esc)' }).click();
    await other.getByText('Nothing waits for you').waitFor();
    await look(other, 'approvals-empty');
    await other.getByRole('button', { name: 'More', exact: true }).waitFor();
  });

  test('once it is approved the file is taken, once', async () => {
    await ada.goto(`${custos.url}/approvals?show=own`);
    await ada.getByRole('button', { name: 'Export the audit log' }).click();
    await ada.getByRole('button', { name: 'Download it now' }).waitFor();
    await look(ada, 'approved');
    const [file] = await Promise.all([
      ada.waitForEvent('download'),
      ada.getByRole('button', { name: 'Download it now' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('audit.ndjson');
    expect(await lines(file)).toHaveLength(eventCount);
    await ada.getByRole('status').getByText('Done', { exact: true }).waitFor();
    expect(await ada.getByRole('button', { name: 'Download it now' }).count()).toBe(0);
  });

  test('evidence waits for a second person as well, and is then taken with the same choice', async () => {
    await ada.goto(`${custos.url}/audit?action=order.place`);
    const rows = ada.locator('table[aria-label="Audit events"] tbody tr');
    await rows.first().locator('input[type=checkbox]').check();
    await ada.getByRole('button', { name: 'Evidence…' }).click();
    await ada.getByLabel('Why', { exact: false }).fill('Asked for by the auditor');
    await ada.getByRole('button', { name: 'Download the evidence' }).click();
    await ada.getByRole('dialog').getByText('Waiting for a second person').waitFor();
    await look(ada, 'evidence-waits');
    await other.goto(`${custos.url}/approvals`);
    await other.getByRole('button', { name: 'Take evidence of events' }).click();
    await other.getByRole('button', { name: 'Approve' }).click();
    await other.getByRole('status').getByText('Approved, not done yet').waitFor();
    await ada.goto(`${custos.url}/approvals?show=own`);
    await ada.getByRole('button', { name: 'Take evidence of events' }).click();
    const [file] = await Promise.all([
      ada.waitForEvent('download'),
      ada.getByRole('button', { name: 'Download it now' }).click(),
    ]);
    expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK');
  });

  test('a request that nobody answered in time is told as such to both', async () => {
    await exportAll();
    await ada.getByText('Waiting for a second person').waitFor();
    await other.goto(`${custos.url}/approvals`);
    await other.getByRole('button', { name: 'Export the audit log' }).waitFor();
    const state = new DatabaseSync(join(custos.directory, 'data', 'state.sqlite'));
    state.exec('PRAGMA busy_timeout = 5000');
    state.exec(`UPDATE access_approval SET expires_at = ${Date.now() - 1000} WHERE state = 'pending'`);
    state.close();
    await other.getByRole('button', { name: 'Export the audit log' }).click();
    await other.getByRole('status').getByText('Out of time').waitFor();
    expect(await other.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    await look(other, 'approval-expired');
    await ada.goto(`${custos.url}/approvals?show=own`);
    await ada.getByText('Out of time').waitFor();
    await look(ada, 'approvals-own');
  });

  test('the inbox says what is wrong when it cannot be read', async () => {
    await ada.route('**/api/v1/approvals?*', (route) => route.abort());
    await ada.goto(`${custos.url}/approvals`);
    await ada.getByRole('alert').getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    await look(ada, 'approvals-error');
    await ada.unroute('**/api/v1/approvals?*');
    await ada.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await ada.getByText('Nothing waits for you').waitFor();
  });

  test('a download that needs a fresh proof asks for it and then goes on', async () => {
    // With nobody else there, an export needs no second person.
    const { code, out, error } = await command(['user', 'disable', bob.email, '--config', 'custos.yaml'], {
      directory: custos.directory,
    });
    expect(code, out + error).toBe(0);
    let refused = 0;
    await ada.route('**/api/v1/audit/export?*', async (route) => {
      if (refused > 0) return route.continue();
      refused += 1;
      return route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: 'about:blank',
          title: 'Forbidden',
          status: 403,
          code: 'step_up_required',
          detail: 'This takes a fresh proof of who you are.',
          requestId: 'req_1',
        }),
      });
    });
    await exportAll();
    const dialog = ada.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.waitFor();
    await look(ada, 'step-up');
    await dialog.getByRole('textbox', { name: 'Password' }).fill(administrator.password);
    const [file] = await Promise.all([
      ada.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Confirm' }).click(),
    ]);
    expect(await lines(file)).toHaveLength(eventCount);
    await ada.unroute('**/api/v1/audit/export?*');
  });

  test('a large file tells how far it is, and one that breaks off is not saved and can be asked for again', async () => {
    const line = await startLine(custos.port);
    await ada.goto(`${line.url}/audit?action=order.place&range=all`);
    await ada.getByRole('table', { name: 'Audit events' }).waitFor();
    line.holdAfter(60_000);
    const saved: Download[] = [];
    ada.on('download', (file) => saved.push(file));
    await ada.getByRole('button', { name: 'Export' }).click();
    await ada.getByRole('button', { name: /^NDJSON/ }).click();
    const tray = ada.getByRole('region', { name: 'Downloads' });
    await tray.getByText(/KiB so far/).waitFor();
    await keepShot(ada, 'download-under-way');
    // It goes on while somebody looks at something else.
    await ada
      .getByRole('navigation', { name: 'Main', exact: true })
      .getByRole('link', { name: 'Jobs' })
      .click();
    await tray.getByText(/KiB so far/).waitFor();
    line.cut();
    await tray.getByText(/Broke off after .* Nothing was saved\./).waitFor();
    expect(saved).toEqual([]);
    await look(ada, 'download-broke-off');
    await tray.getByRole('button', { name: 'Try again' }).click();
    await eventually(() => saved.length === 1, { what: 'the file' });
    expect(await lines(saved[0] as Download)).toHaveLength(eventCount);
    await tray.waitFor({ state: 'detached' });
    await line.close();
  }, 60_000);
});

/** A network between a browser and the server that can stand still and break. */
async function startLine(port: number) {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mostBytes = Number.POSITIVE_INFINITY;
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far] as const;
    pairs.add(pair);
    let sentBytes = 0;
    near.on('data', (chunk: Buffer) => {
      // Each request of a connection begins anew.
      sentBytes = 0;
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      sentBytes += chunk.length;
      near.write(chunk);
      if (sentBytes > mostBytes) far.pause();
    });
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    mostBytes = Number.POSITIVE_INFINITY;
    for (const [near] of pairs) near.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on an answer stands still once so many bytes of it have come. */
    holdAfter(bytes: number): void {
      mostBytes = bytes;
    },
    /** Breaks every connection; new ones work. */
    cut,
    async close(): Promise<void> {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
