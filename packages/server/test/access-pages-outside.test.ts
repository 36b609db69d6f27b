import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Secret, TOTP } from 'otpauth';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProvider, type TestProvider } from '../src/access/oidc/provider-fixture.ts';
import { faultsOf, keepShot, startBrowser } from './browser.ts';
import { startMailServer, type MailServer } from './receivers.ts';
import { administrator, discard, eventually, serve, setUp, type Served } from './serve.ts';
import { freePort } from './stores.ts';

const bob = { email: 'bob@example.com', name: 'Bob', password: 'copper walnut drifting moss' } as const;
const laterPassword = 'amber kettle quiet meadow';

/** How long a page may take for one step; less than a test, so that it is the step that is named. */
const patienceMs = 12_000;

const desk = { width: 1440, height: 900 } as const;
const phone = { width: 390, height: 844 } as const;
const screens = [
  ['a desk', desk, 'light'],
  ['a phone', phone, 'dark'],
] as const;

/**
 * Pages of access together with what is outside: an identity provider and a mail server, both real. Needs
 * packages/web/dist, as the dashboard does.
 */
describe('the pages of access and what is outside', () => {
  let custos: Served;
  let mail: MailServer;
  let provider: TestProvider;
  let browser: Browser;
  let url: string;
  /** Ada's, who administers; stays signed in from test to test. */
  let ada: Page;
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];

  async function open(viewport: { width: number; height: number }, colorScheme: 'light' | 'dark' = 'light') {
    const context = await browser.newContext({ viewport, colorScheme, acceptDownloads: true });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // The first look of a visitor at the session is answered 401, and refusals are asked for by tests.
      if (message.type() === 'error' && !/ (401|403|404|422|502) /.test(message.text())) {
        complaints.push(message.text());
      }
    });
    return page;
  }

  beforeAll(async () => {
    const [port, providerPort, awayPort] = [await freePort(), await freePort(), await freePort()];
    url = `http://localhost:${port}`;
    [mail, browser, provider] = await Promise.all([
      startMailServer(),
      startBrowser(),
      startProvider({
        port: providerPort,
        redirectUri: `${url}/api/v1/sign-in/oidc/acme/callback`,
      }),
    ]);
    custos = await serve({
      port,
      config: {
        publicUrl: url,
        access: {
          providers: [
            {
              id: 'acme',
              name: 'Acme',
              issuer: provider.issuer,
              clientId: provider.clientId,
              clientSecret: provider.clientSecret,
              scopes: ['openid', 'email', 'profile', 'groups'],
              groups: [
                { group: 'operations', role: 'super-admin' },
                { group: 'watch', role: 'analyst' },
              ],
              groupsClaim: 'groups',
              justInTime: true,
            },
            { id: 'away', name: 'Elsewhere', issuer: `http://127.0.0.1:${awayPort}`, clientId: 'custos' },
          ],
        },
      },
    });
    const client = await setUp(custos);
    await client.channels.create({
      name: 'Mail',
      kind: 'email',
      options: {
        host: '127.0.0.1',
        port: mail.port,
        security: 'none',
        from: 'custos@example.com',
        to: ['oncall@example.com'],
      },
    });
    ada = await open(desk);
    await enterPassword(ada, administrator);
    await inside(ada);
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
    await Promise.all([mail.close(), provider.stop()]);
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
  const inside = (on: Page): Promise<void> => on.waitForURL(({ pathname }) => pathname === '/');

  /** Keeps a picture when one is wanted, and fails where the page is at fault. */
  async function look(on: Page, name: string): Promise<void> {
    await keepShot(on, name);
    expect(await faultsOf(on), name).toEqual([]);
  }

  /** The link of this kind that `email` got last, after the first `seen` mails. */
  async function linkTo(email: string, kind: 'invitation' | 'reset', seen: number): Promise<string> {
    return eventually(
      () =>
        mail.mails
          .slice(seen)
          // Lines of mails are broken with `=` (RFC 2045, 6.7).
          .map((raw) => raw.replace(/=\r?\n/g, '').replaceAll('=3D', '='))
          .filter((text) => text.includes(`To: ${email}`))
          .flatMap((text) => text.match(new RegExp(`http://localhost:\\d+/${kind}#token=\\S+`)) ?? [])
          .at(-1),
      { what: `the ${kind} for ${email}` },
    );
  }

  async function get<T>(on: Page, path: string): Promise<T> {
    return on.evaluate(async (at) => (await fetch(at)).json() as Promise<unknown>, path) as Promise<T>;
  }

  describe.each(screens)('on %s', (screen, viewport, colours) => {
    const newcomer = { sub: `grace-${screen}`, name: 'Grace', email: `grace-${viewport.width}@example.com` };

    test('somebody signs in by the identity provider and gets an account with the role of their group', async () => {
      provider.be({ ...newcomer, email_verified: true, groups: ['watch'] });
      const page = await open(viewport, colours);
      await page.goto(`${url}/login`);
      await page.getByRole('link', { name: 'Sign in with Acme' }).waitFor();
      await look(page, 'login-with-provider');
      await page.getByRole('link', { name: 'Sign in with Acme' }).click();
      await inside(page);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await get(page, '/api/v1/session')).toMatchObject({ email: newcomer.email, role: 'analyst' });
      await look(page, 'after-provider');
      await page.goto(`${url}/settings/profile`);
      await page.getByText('Linked', { exact: false }).first().waitFor();
      await look(page, 'profile-of-provider');
    });

    test('who is in no group of ours is told so where they signed in', async () => {
      provider.be({
        sub: `mallory-${screen}`,
        email: 'mallory@example.com',
        email_verified: true,
        groups: [],
      });
      const page = await open(viewport, colours);
      await page.goto(`${url}/login`);
      await page.getByRole('link', { name: 'Sign in with Acme' }).click();
      await page.getByRole('alert').getByText('there is no account here that you may enter').waitFor();
      await look(page, 'login-turned-away');
    });

    test('a person who forgot the password chooses another one by a mail', async () => {
      // Whoever the first screen made anew has the first screen's password.
      const person = { email: `dora-${viewport.width}@example.com`, name: 'Dora Amalia Featherstonehaugh' };
      const seen = mail.mails.length;
      await ada.goto(`${url}/settings/users`);
      await ada.getByRole('link', { name: 'Invite a person' }).first().click();
      const form = ada.getByRole('complementary', { name: 'Invite a person' });
      await form.getByLabel('Name').fill(person.name);
      await form.getByLabel('E-mail').fill(person.email);
      await ada.setViewportSize(viewport);
      await look(ada, 'invite');
      await form.getByRole('button', { name: 'Send the invitation' }).click();
      await form.waitFor({ state: 'hidden' });
      await ada.setViewportSize(desk);

      const page = await open(viewport, colours);
      await page.goto(await linkTo(person.email, 'invitation', seen));
      await page.getByRole('heading', { name: `Welcome, ${person.name}` }).waitFor();
      await look(page, 'invitation');
      await page.locator('input[type=password]').fill(bob.password);
      await page.getByRole('button', { name: 'Set the password' }).click();
      await page.getByRole('heading', { name: 'Your password is set' }).waitFor();
      await look(page, 'invitation-done');
      await enterPassword(page, { email: person.email, password: bob.password });
      await inside(page);

      const elsewhere = await open(viewport, colours);
      await elsewhere.goto(`${url}/login`);
      await elsewhere.getByRole('link', { name: 'Forgot your password?' }).click();
      await elsewhere.getByLabel('E-mail').fill(person.email);
      await look(elsewhere, 'forgotten');
      const asked = mail.mails.length;
      await elsewhere.getByRole('button', { name: 'Send the link' }).click();
      await elsewhere.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
      await look(elsewhere, 'forgotten-sent');
      const link = await linkTo(person.email, 'reset', asked);
      await elsewhere.goto(link);
      await elsewhere.getByRole('heading', { name: 'Choose another password' }).waitFor();
      await look(elsewhere, 'reset');
      await elsewhere.locator('input[type=password]').fill(laterPassword);
      await elsewhere.getByRole('button', { name: 'Set the password' }).click();
      await elsewhere.getByRole('heading', { name: 'Your password is set' }).waitFor();

      // The session that was open before is over, and the link is spent.
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await enterPassword(page, { email: person.email, password: bob.password });
      await page.getByRole('alert').waitFor();
      await enterPassword(page, { email: person.email, password: laterPassword });
      await inside(page);
      await elsewhere.goto('about:blank');
      await elsewhere.goto(link);
      await elsewhere.getByRole('heading', { name: 'This link does not work' }).waitFor();
      await look(elsewhere, 'reset-spent');
    }, 60_000);
  });

  test('an account that has a second factor is asked for it after the provider, too', async () => {
    await ada.goto(`${url}/settings/profile`);
    await ada.getByRole('button', { name: 'Set one up' }).click();
    const dialog = ada.getByRole('dialog', { name: 'Set up an authenticator' });
    await dialog.getByRole('img', { name: 'The key, to be scanned by an authenticator' }).waitFor();
    for (const [, viewport, colorScheme] of screens) {
      await ada.setViewportSize(viewport);
      await ada.emulateMedia({ colorScheme });
      await look(ada, `authenticator-${colorScheme}`);
      // Cameras want black on white, whatever the colours of the page are.
      const ground = dialog.locator('svg[role=img] rect');
      expect(await ground.evaluate((rect) => getComputedStyle(rect).fill)).toBe('rgb(255, 255, 255)');
    }
    await ada.setViewportSize(desk);
    await ada.emulateMedia({ colorScheme: 'light' });
    const seed = dialog.locator('code').filter({ hasText: /^[A-Z2-7 ]{20,}$/ });
    const totp = new TOTP({
      secret: Secret.fromBase32(((await seed.textContent()) ?? '').replaceAll(' ', '')),
    });
    await ada.getByLabel('Code').fill(totp.generate());
    await ada.getByRole('button', { name: 'Use this authenticator' }).click();
    await ada.getByLabel('I have kept them').check();
    await look(ada, 'recovery-codes');
    await ada.getByRole('button', { name: 'Done' }).click();
    await ada.getByText('10 codes left').waitFor();

    provider.be({ sub: 'ada', email: administrator.email, groups: ['operations'] });
    await ada.getByRole('button', { name: 'Link with Acme' }).click();
    await ada.getByRole('button', { name: 'End the link' }).waitFor();

    const page = await open(phone, 'dark');
    await page.goto(`${url}/login`);
    await page.getByRole('link', { name: 'Sign in with Acme' }).click();
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    await look(page, 'second-step-after-provider');
    await page.getByLabel('Code').fill(totp.generate({ timestamp: Date.now() + 30_000 }));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await inside(page);
    // She has one session at a time, so that is the one from now on.
    ada = page;
  }, 60_000);

  test('a review is signed once every line is decided, and what was signed can be taken along', async () => {
    const seen = mail.mails.length;
    await ada.setViewportSize(desk);
    await ada.goto(`${url}/settings/users`);
    await ada.getByRole('link', { name: 'Invite a person' }).first().click();
    const form = ada.getByRole('complementary', { name: 'Invite a person' });
    await form.getByLabel('Name').fill(bob.name);
    await form.getByLabel('E-mail').fill(bob.email);
    await form.getByRole('combobox', { name: 'Role' }).click();
    await ada.getByRole('option', { name: 'Administrator', exact: true }).click();
    await form.getByRole('button', { name: 'Send the invitation' }).click();
    const second = await open(phone, 'light');
    await second.goto(await linkTo(bob.email, 'invitation', seen));
    await second.locator('input[type=password]').fill(bob.password);
    await second.getByRole('button', { name: 'Set the password' }).click();
    await second.getByRole('heading', { name: 'Your password is set' }).waitFor();
    await enterPassword(second, bob);
    await inside(second);

    await ada.goto(`${url}/access-review`);
    const begin = ada.getByRole('button', { name: 'Begin the review of this quarter' }).first();
    await begin.waitFor();
    await look(ada, 'reviews-empty');
    await begin.click();
    await ada.getByText(/^0 of \d+ decided$/).waitFor();
    await look(ada, 'review-open');
    await ada.setViewportSize(phone);
    await look(ada, 'review-open');
    await ada.setViewportSize(desk);
    expect(await ada.getByRole('button', { name: 'Sign the review' }).count()).toBe(0);
    const keep = ada.getByRole('button', { name: /^Keep / });
    const lines = await keep.count();
    for (let left = lines; left > 0; left -= 1) {
      await keep.first().click();
      await ada.getByText(`${lines - left + 1} of ${lines + 1} decided`).waitFor();
    }

    // Nobody decides about themselves: the last line is for the other administrator.
    const review = new URL(ada.url()).pathname;
    await second.goto(`${url}${review}`);
    await second.getByRole('button', { name: 'Keep Ada' }).click();
    await second.getByRole('button', { name: 'Sign the review' }).click();
    await second.getByRole('button', { name: 'Sign it' }).waitFor();
    await look(second, 'review-sign');
    await second.getByRole('button', { name: 'Sign it' }).click();
    const take = second.getByRole('button', { name: 'Download what was signed' });
    await take.waitFor();
    await second.getByRole('dialog').waitFor({ state: 'hidden' });
    await look(second, 'review-signed');
    const [file] = await Promise.all([second.waitForEvent('download'), take.click()]);
    const signed = await readFile(await file.path());
    const digest = createHash('sha256').update(signed).digest('hex');
    await second.getByText(digest).waitFor();

    await ada.reload();
    await ada.getByText('Signed', { exact: false }).first().waitFor();
    expect(await ada.getByRole('button', { name: /^Keep |^Revoke / }).count()).toBe(0);
    await look(ada, 'review-signed');
  }, 60_000);

  test('a provider that is away leaves people on the sign-in page with the reason', async () => {
    const page = await open(phone, 'light');
    await page.goto(`${url}/login`);
    await page.getByRole('link', { name: 'Sign in with Elsewhere' }).click();
    await page.getByRole('alert').getByText('The identity provider could not be reached').waitFor();
    await look(page, 'provider-away');
    expect(new URL(page.url()).pathname).toBe('/login');
  });

  test('no page complained', () => {
    expect(complaints).toEqual([]);
  });
});
