import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOfVisits, pixelsTooWide, startBrowser } from './browser.ts';
import { custos as command } from './command.ts';
import { administrator, discard, eventually, serve, setUp, type Served } from './serve.ts';

const colleague = { email: 'bob@example.com', name: 'Bob', password: 'copper walnut drifting moss' } as const;
const firstPassword = 'hollow bronze ticket prairie';
const invited = { email: 'vic@example.com', name: 'Vic', password: 'amber kettle quiet meadow' } as const;

/** How long a page may take for one step; less than a test, so that it is the step that is named. */
const patienceMs = 12_000;

/** Pages of access in a real browser, on the real program. Needs packages/web/dist, as the dashboard does. */
describe('the pages of access', () => {
  let custos: Served;
  /** By a name, since browsers make no passkeys for addresses. */
  let url: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let totp: TOTP;
  let recoveryCodes: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    url = custos.url.replace('127.0.0.1', 'localhost');
    await (
      await setUp(custos)
    ).users.create({
      ...colleague,
      password: firstPassword,
      role: 'super-admin',
    });
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // Refusals that a test asks for are told of by the browser.
      if (message.type() === 'error' && !/ (401|403|422) /.test(message.text())) {
        complaints.push(message.text());
      }
    });
    const devices = await context.newCDPSession(page);
    await devices.send('WebAuthn.enable');
    await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  async function enterPassword(
    on: Page,
    { email, password }: { readonly email: string; readonly password: string },
  ): Promise<void> {
    await on.goto(`${url}/login`);
    await on.getByLabel('E-mail').fill(email);
    await on.locator('input[type=password]').fill(password);
    await on.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  const inside = (on: Page): Promise<void> => on.waitForURL(({ pathname }) => pathname !== '/login');
  /** The code that comes next, since each works once and the present one may be used up. */
  const nextCode = (): string => totp.generate({ timestamp: Date.now() + 30_000 });

  async function get<T>(on: Page, path: string): Promise<T> {
    return on.evaluate(async (at) => (await fetch(at)).json() as Promise<unknown>, path) as Promise<T>;
  }
  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: 'Ada, menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL(({ pathname }) => pathname === '/login');
  }

  test('a wrong password is told in words, and an administrator is told that a second factor is due', async () => {
    await enterPassword(page, { ...administrator, password: 'not the password' });
    expect(await page.getByRole('alert').textContent()).toContain('is wrong, or the account is locked');
    await enterPassword(page, administrator);
    await inside(page);
    await page.getByText('Your role needs a second factor').waitFor();
  });

  test('an authenticator is set up, and its recovery codes are shown once', async () => {
    await page.getByRole('link', { name: 'Set one up' }).click();
    await page.getByRole('button', { name: 'Set one up' }).click();
    const seed = page.locator('code').filter({ hasText: /^[A-Z2-7 ]{20,}$/ });
    totp = new TOTP({
      secret: Secret.fromBase32(((await seed.textContent()) ?? '').replaceAll(' ', '')),
    });
    await page.getByLabel('Code').fill(totp.generate());
    await page.getByRole('button', { name: 'Use this authenticator' }).click();
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    await codes.first().waitFor();
    recoveryCodes = await codes.allTextContents();
    expect(recoveryCodes).toHaveLength(10);
    expect(await page.getByRole('button', { name: 'Done' }).isDisabled()).toBe(true);
    await page.getByLabel('I have kept them').check();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('10 codes left').waitFor();
    expect(await page.getByText('Your role needs a second factor').count()).toBe(0);
  });

  test('after the password a code of the authenticator lets in, and a wrong one does not', async () => {
    await signOut();
    await enterPassword(page, administrator);
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    await page.getByLabel('Code').fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    expect(await page.getByRole('alert').textContent()).toContain('wrong');
    await page.getByLabel('Code').fill(nextCode());
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await inside(page);
  });

  test('an act that needs a fresh proof asks for it and goes on by itself', async () => {
    await page.goto(`${url}/settings/profile`);
    await page.getByRole('button', { name: 'Add a passkey' }).waitFor();
    const state = new DatabaseSync(join(custos.directory, 'data', 'state.sqlite'));
    state.exec('PRAGMA busy_timeout = 5000');
    state.exec('UPDATE access_session SET authenticated_at = authenticated_at - 600000');
    state.close();
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Test device');
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await dialog.getByRole('button', { name: 'Use a recovery code' }).click();
    await dialog.getByLabel('Recovery code').fill(recoveryCodes[0] ?? '');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('list', { name: 'Passkeys' }).getByText('Test device').waitFor();
    await page.getByText('9 codes left').waitFor();
  });

  test('a passkey lets in without a password', async () => {
    await signOut();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await inside(page);
    expect(await get(page, '/api/v1/session')).toMatchObject({ email: administrator.email });
  });

  test('an invitation lets its person choose a password, once', async () => {
    const { email, name } = invited;
    const person = ['--email', email, '--name', name, '--role', 'viewer'];
    const { out } = await command(['user', 'invite', ...person, '--config', 'custos.yaml'], {
      directory: custos.directory,
    });
    const link = /\/invitation#token=\S+/.exec(out)?.[0];
    expect(link).toBeDefined();
    const visitor = await browser.newContext();
    const other = await visitor.newPage();
    await other.goto(`${url}${link}`);
    await other.getByRole('heading', { name: 'Welcome, Vic' }).waitFor();
    await other.locator('input[type=password]').fill('password1234');
    await other.getByRole('button', { name: 'Set the password' }).click();
    await other.getByText('is one of the most used passwords').waitFor();
    await other.locator('input[type=password]').fill(invited.password);
    await other.getByRole('button', { name: 'Set the password' }).click();
    await other.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await enterPassword(other, invited);
    await inside(other);
    const again = await visitor.newPage();
    await again.goto(`${url}${link}`);
    await again.getByRole('heading', { name: 'This link does not work' }).waitFor();
    await visitor.close();
  });

  test('a role of one’s own is made in the matrix and given to a person', async () => {
    await page.goto(`${url}/settings/roles`);
    await page.getByRole('button', { name: 'Make a role' }).click();
    await page.getByLabel('Title').fill('Night shift');
    await page.getByLabel('See alerts and their history').check();
    await page.getByLabel('Read investigations').selectOption('team');
    await page.getByRole('button', { name: 'Make the role' }).click();
    await page.getByRole('button', { name: 'Make the role' }).waitFor({ state: 'hidden' });
    await page.getByRole('columnheader', { name: /^Night shift/ }).waitFor();
    const { items } = await get<{ items: { name: string }[] }>(page, '/api/v1/roles');
    expect(items.find(({ name }) => name === 'night-shift')).toMatchObject({
      permissions: ['alert.read', 'investigation.read'],
      reach: { 'investigation.read': 'team' },
      builtIn: false,
    });

    await page.goto(`${url}/settings/users`);
    await page.getByRole('button', { name: 'Vic' }).click();
    const panel = page.getByRole('complementary', { name: 'Vic' });
    await panel.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Night shift' }).click();
    await panel.getByText('Not signed in anywhere').waitFor();
    await eventually(async () => (await panel.getByText('Night shift').count()) > 0, { what: 'the role' });
  });

  test('a grant of administration waits for a second person, who approves it', async () => {
    const panel = page.getByRole('complementary', { name: 'Vic' });
    await panel.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Administrator', exact: true }).click();
    await panel.getByText('Waiting for a second person').waitFor();

    const second = await browser.newContext();
    const other = await second.newPage();
    other.setDefaultTimeout(patienceMs);
    // An administrator chose the first password, so nothing else works before there is another one.
    await enterPassword(other, { ...colleague, password: firstPassword });
    await other.getByText('Somebody else chose your password').waitFor();
    await other.getByLabel('Present password').fill(firstPassword);
    await other.getByLabel('New password').fill(colleague.password);
    await other.getByRole('button', { name: 'Change the password' }).click();
    await other.getByText('Your role needs a second factor').waitFor();
    await other.goto(`${url}/approvals`);
    await other.getByRole('button', { name: 'Make a person an administrator' }).click();
    await other.getByText('Vic, vic@example.com, now night-shift').waitFor();
    await other.getByRole('button', { name: 'Approve' }).click();
    const request = other.getByRole('complementary', { name: 'Make a person an administrator' });
    await request.getByRole('status').getByText('Done', { exact: true }).waitFor();
    await second.close();
    const { items } = await get<{ items: { email: string; role: string }[] }>(page, '/api/v1/users');
    expect(items.find(({ email }) => email === invited.email)?.role).toBe('admin');
  });

  test('an address rule that keeps its author out asks again', async () => {
    await page.goto(`${url}/settings/address-rules`);
    await page.getByRole('button', { name: 'Add a rule' }).first().click();
    await page.getByLabel('Address or range').fill('203.0.113.0/24');
    await page.getByRole('button', { name: 'Add the rule' }).click();
    await page.getByRole('dialog', { name: 'This keeps you out' }).waitFor();
    await page.getByRole('button', { name: 'Leave it as it is' }).click();
    expect(await get(page, '/api/v1/address-rules')).toMatchObject({ items: [] });
  });

  test('a review is decided line by line; one’s own line is left to others', async () => {
    await page.goto(`${url}/access-review`);
    await page.getByRole('button', { name: 'Begin the review of this quarter' }).first().click();
    await page.getByText('0 of 3 decided').waitFor();
    expect(await page.getByRole('button', { name: 'Keep Ada' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Keep Bob' }).click();
    await page.getByText('1 of 3 decided').waitFor();
    await page.getByRole('button', { name: 'Revoke Vic' }).click();
    await page.getByLabel('Why').fill('Has left');
    await page.getByRole('button', { name: 'Revoke', exact: true }).click();
    await page.getByText('2 of 3 decided').waitFor();
    const { items } = await get<{ items: { email: string; disabled: boolean }[] }>(page, '/api/v1/users');
    expect(items.find(({ email }) => email === invited.email)?.disabled).toBe(true);
  });

  test('every page works without an error and axe finds nothing, with long names and on every screen', async () => {
    const long = {
      name: 'Maximiliane-Alexandrina von und zu Hohenlohe-Langenburg-Schillingsfürst the Younger',
      email: `${'averylongmailboxname'.repeat(3)}@subdomain.of.an.example-organisation.example.com`,
    };
    const person = ['--email', long.email, '--name', long.name, '--role', 'senior-analyst'];
    await command(['user', 'invite', ...person, '--config', 'custos.yaml'], { directory: custos.directory });
    const { items } = await get<{ items: { id: string; email: string }[] }>(page, '/api/v1/users');
    const longId = items.find(({ email }) => email === long.email)?.id;
    expect(longId).toBeDefined();
    const reviews = await get<{ items: { id: string }[] }>(page, '/api/v1/access-reviews');
    const visitor = await browser.newContext();
    const outside = await visitor.newPage();
    const paths: (readonly [Page, string])[] = [
      ...['/login', '/forgotten', '/reset#token=none'].map((path) => [outside, path] as const),
      ...[
        '/settings/profile',
        '/settings/users',
        `/settings/users/${longId ?? ''}`,
        '/settings/users/new',
        '/settings/roles',
        '/settings/tokens',
        '/settings/sign-in',
        '/settings/address-rules',
        '/approvals',
        '/approvals?show=all',
        '/access-review',
        `/access-review/${reviews.items[0]?.id ?? ''}?show=all`,
        '/security',
      ].map((path) => [page, path] as const),
    ];
    const visits = paths.map(([on, path]) => ({ page: on, address: `${url}${path}` }));
    const found = await faultsOfVisits(visits, [
      [1440, 'light'],
      [390, 'dark'],
      [390, 'light'],
    ]);
    await visitor.close();
    expect(found).toEqual([]);
    // Between the two a table has no room beside the rail.
    await page.setViewportSize({ width: 800, height: 844 });
    for (const path of ['users', 'roles', 'sign-in']) {
      await page.goto(`${url}/settings/${path}`);
      await page.locator('main table').first().waitFor({ state: 'attached' });
      expect(await pixelsTooWide(page), path).toBe(0);
    }
    expect(complaints.filter((complaint) => !complaint.includes('409'))).toEqual([]);
  }, 240_000);
});
