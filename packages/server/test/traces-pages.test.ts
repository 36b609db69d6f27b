import { createClient, type Client } from '@custos/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOf, faultsOfVisits, keepShot, startBrowser } from './browser.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { openSignedIn } from './signed-in-page.ts';

const checkout = '0af7651916cd43dd8448eb211c80319c';
const nightly = '1bf7651916cd43dd8448eb211c80319d';
const nightlySpans = 1_800;
const spanId = (number: number): string => number.toString(16).padStart(16, '0');
const attributes = (pairs: Readonly<Record<string, string>>): object[] =>
  Object.entries(pairs).map(([key, value]) => ({ key, value: { stringValue: value } }));

/** A minute ago, nanoseconds; every span of the test begins after it. */
const start = BigInt(Date.now() - 60_000) * 1_000_000n;
const nano = (us: number): string => `${start + BigInt(us) * 1000n}`;

interface Told {
  readonly id: number;
  readonly parent?: number;
  readonly name: string;
  readonly fromUs: number;
  readonly lastsUs: number;
  readonly more?: object;
}

const spanOf = (traceId: string, { id, parent, name, fromUs, lastsUs, more }: Told): object => ({
  traceId,
  spanId: spanId(id),
  ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
  name,
  kind: 2,
  startTimeUnixNano: nano(fromUs),
  endTimeUnixNano: nano(fromUs + lastsUs),
  ...more,
});

const resourceOf = (service: string): object => ({ attributes: attributes({ 'service.name': service }) });

function spansOf(service: string, traceId: string, spans: readonly Told[]): object {
  return {
    resource: resourceOf(service),
    scopeSpans: [{ spans: spans.map((span) => spanOf(traceId, span)) }],
  };
}

const traces = {
  resourceSpans: [
    spansOf('shop', checkout, [
      { id: 1, name: 'POST /checkout', fromUs: 0, lastsUs: 800_000 },
      { id: 2, parent: 1, name: 'call payments', fromUs: 20_000, lastsUs: 700_000 },
    ]),
    spansOf('payments', checkout, [
      {
        id: 3,
        parent: 2,
        name: 'POST /charge',
        fromUs: 30_000,
        lastsUs: 600_000,
        more: {
          status: { code: 2, message: 'the processor timed out' },
          attributes: attributes({ 'http.route': '/charge' }),
          events: [
            {
              name: 'exception',
              timeUnixNano: nano(530_000),
              attributes: attributes({ 'exception.type': 'TimeoutError' }),
            },
          ],
        },
      },
      { id: 4, parent: 3, name: 'SELECT card', fromUs: 40_000, lastsUs: 9_000 },
    ]),
    spansOf(
      'importer',
      nightly,
      Array.from({ length: nightlySpans }, (_, index) => ({
        id: index + 1,
        ...(index === 0 ? {} : { parent: Math.max(1, Math.floor((index + 1) / 4)) }),
        name: index === 0 ? 'nightly import' : `row ${index}`,
        fromUs: index * 500,
        lastsUs: index === 0 ? 1_000_000 : 400,
      })),
    ),
  ],
};

const logs = {
  resourceLogs: [
    {
      resource: resourceOf('payments'),
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: nano(629_000),
              severityNumber: 17,
              body: { stringValue: 'charge failed after 2 attempts' },
              traceId: checkout,
              spanId: spanId(3),
            },
          ],
        },
      ],
    },
  ],
};

/** Pages of traces, rules on logs, ingest and storage, in a real browser, on the real program. */
describe('the pages of traces, rules on logs, ingest and storage', () => {
  let custos: Served;
  let client: Client;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const open = async (path: string): Promise<void> => {
    await page.goto(`${custos.url}${path}`);
  };
  const parameters = (): URLSearchParams => new URL(page.url()).searchParams;
  const tree = () => page.getByRole('tree', { name: 'Spans' });
  const row = (name: string | RegExp) => tree().getByRole('treeitem', { name });
  const rowsOf = (label: string) => page.locator(`table[aria-label="${label}"] tbody tr`);

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    const person = await setUp(custos);
    const { permissions } = await person.session.current();
    const { token } = await person.tokens.create({ name: 'shop', permissions, expiresInDays: 1 });
    client = createClient({ baseUrl: custos.url, token });
    // A visitor's first look at the session is answered 401, a missing trace 404, a faulty search 422.
    page = await openSignedIn(browser, custos.url, { complaints, expected: /401|404|422/ });

    await open('/traces');
    await page.getByRole('heading', { name: 'No traces yet' }).waitFor();
    await page.getByRole('link', { name: 'How to send them' }).waitFor();
    await open('/log-rules');
    await page.getByRole('heading', { name: 'No rules on logs' }).waitFor();

    for (const [path, body] of [
      ['/v1/traces', traces],
      ['/v1/logs', logs],
    ] as const) {
      const sent = await fetch(`${custos.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      expect(await sent.json()).toEqual({});
    }
    await eventually(
      async () => {
        const trace = await client.traces.get(checkout);
        return trace.spans.length === 4 && trace.logs.length === 1;
      },
      { what: 'the trace and its record to be found' },
    );
    await eventually(async () => (await client.traces.get(nightly)).spans.length === nightlySpans, {
      what: 'the long trace to be found',
    });
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  test('traces are narrowed by service, duration and errors, all of it in the address', async () => {
    await open('/traces');
    await eventually(async () => (await rowsOf('Traces').count()) === 2, { what: 'two traces' });
    await page.getByLabel('Shortest duration, milliseconds').fill('900');
    await page.waitForURL(/min=900/);
    await eventually(async () => (await rowsOf('Traces').count()) === 1, { what: 'the longer trace' });
    expect(await rowsOf('Traces').textContent()).toContain('nightly import');
    await page.getByLabel('Shortest duration, milliseconds').fill('');
    await page.waitForURL((url) => !url.searchParams.has('min'));
    await page.getByRole('button', { name: 'With errors' }).click();
    await page.waitForURL(/errors=yes/);
    await eventually(async () => /POST \/checkout/.test((await rowsOf('Traces').textContent()) ?? ''), {
      what: 'the trace with an error',
    });
    await page.getByRole('combobox', { name: 'Service' }).fill('nobody');
    await page.getByRole('heading', { name: 'No trace fits' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await eventually(async () => (await rowsOf('Traces').count()) === 2, { what: 'all traces again' });
    expect([...parameters().keys()]).toEqual([]);
    expect(await page.getByRole('combobox', { name: 'Service' }).inputValue()).toBe('');
    await page.getByRole('button', { name: /POST \/checkout/ }).click();
    await page.waitForURL((url) => url.pathname === `/traces/${checkout}`);
    await page.getByRole('heading', { name: 'POST /checkout', level: 1 }).waitFor();
  });

  test('a waterfall has each span below its caller, with a bar where it was in time', async () => {
    await open(`/traces/${checkout}`);
    await row(/^Error: ?POST \/charge payments ?600 ms$/).waitFor();
    const levels = await tree()
      .getByRole('treeitem')
      .evaluateAll((items) => items.map((item) => item.getAttribute('aria-level')));
    expect(levels).toEqual(['1', '2', '3', '4']);
    const bars = await tree()
      .getByRole('treeitem')
      .evaluateAll((items) =>
        items.map((item) => {
          const track = item.lastElementChild?.getBoundingClientRect();
          const bar = item.lastElementChild?.firstElementChild?.getBoundingClientRect();
          if (track === undefined || bar === undefined) return [];
          return [(bar.left - track.left) / track.width, bar.width / track.width];
        }),
      );
    // Of 800 ms: 0 to 800, 20 to 720, 30 to 630.
    expect(bars[0]?.[0]).toBeCloseTo(0, 2);
    expect(bars[0]?.[1]).toBeCloseTo(1, 2);
    expect(bars[1]?.[0]).toBeCloseTo(20 / 800, 2);
    expect(bars[1]?.[1]).toBeCloseTo(700 / 800, 2);
    expect(bars[2]?.[0]).toBeCloseTo(30 / 800, 2);
    expect(bars[2]?.[1]).toBeCloseTo(600 / 800, 2);
  });

  test('keys move, fold and open, and a span says all that is known of it', async () => {
    await open(`/traces/${checkout}`);
    await tree().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await eventually(async () => (await tree().getByRole('treeitem').count()) === 2, {
      what: 'what is below to be folded away',
    });
    await page.keyboard.press('ArrowRight');
    await eventually(async () => (await tree().getByRole('treeitem').count()) === 4, {
      what: 'it to be unfolded',
    });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForURL(/span=/);
    const panel = page.getByRole('complementary', { name: 'POST /charge' });
    for (const text of [
      'the processor timed out',
      'http.route',
      'TimeoutError',
      '530 ms into the trace, 500 ms into the span',
      'from 30 ms to 630 ms',
      'charge failed after 2 attempts',
    ])
      await panel.getByText(text, { exact: true }).waitFor();
    await keepShot(page, 'span');
    expect(await faultsOf(page)).toEqual([]);
    await page.reload();
    await panel.waitFor();
    await page.keyboard.press('j');
    await page.getByRole('complementary', { name: 'SELECT card' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('span'));
    // What was logged leads to the span that logged it.
    await page.getByRole('button', { name: 'charge failed after 2 attempts' }).click();
    await panel.waitFor();
  });

  test('of a long trace only what is near is drawn, and the last span is a key away', async () => {
    await open(`/traces/${nightly}`);
    await row(/^nightly import importer/).waitFor();
    expect(await tree().getByRole('treeitem').count()).toBeLessThan(150);
    await tree().focus();
    const longest = await page.evaluate(async () => {
      let most = 0;
      let last = performance.now();
      for (let step = 0; step < 40; step += 1) {
        scrollBy(0, 1200);
        await new Promise((done) => requestAnimationFrame(done));
        most = Math.max(most, performance.now() - last);
        last = performance.now();
      }
      scrollTo(0, 0);
      return most;
    });
    // No frame that a person would see as a halt, on a machine that is shared.
    expect(longest).toBeLessThan(400);
    await page.keyboard.press('End');
    await eventually(
      async () => {
        const active = await tree().getAttribute('aria-activedescendant');
        return active === null ? false : page.locator(`#${active}`).isVisible();
      },
      { what: 'the last span to be drawn' },
    );
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(10_000);
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Fold', exact: true }).click();
    await eventually(async () => (await tree().getByRole('treeitem').count()) < 10, {
      what: 'only the top to be left',
    });
  });

  test('a trace that is not there says so and leads back', async () => {
    await open(`/traces/${'f'.repeat(32)}`);
    await page.getByRole('heading', { name: 'There is no such trace' }).waitFor();
    await page.getByRole('link', { name: 'All traces' }).click();
    await page.waitForURL((url) => url.pathname === '/traces');
    await page.getByLabel('Open a trace by its id').fill('no id');
    await page.keyboard.press('Enter');
    await page.getByText('A trace id has 32 digits of 0-9 and a-f.').waitFor();
    await page.getByLabel('Open a trace by its id').fill(checkout);
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname === `/traces/${checkout}`);
  });

  test('a rule is made of a search, fires, is reached from its alert, and is deleted', async () => {
    await open(`/log-rules?query=${encodeURIComponent('level:error (')}`);
    const form = page.getByRole('complementary', { name: 'Add a rule on logs' });
    expect(await form.getByLabel('Search').inputValue()).toBe('level:error (');
    await form.getByLabel('Name').first().fill('Charges fail');
    await form.getByRole('button', { name: 'Add the rule' }).click();
    await form.locator('.mantine-Textarea-error').first().waitFor();
    await form.getByLabel('Search').fill('level:error service:payments');
    await form.getByText(/^1 record matched in the last hour, at most 1 within 5 min/).waitFor();
    await form.getByLabel('More matches than').fill('0');
    await form.getByLabel('Counted apart by').fill('service');
    await page.keyboard.press('Enter');
    await form.getByLabel('Within', { exact: true }).fill('60');
    await form.getByRole('button', { name: 'Add the rule' }).click();
    await page.waitForURL((url) => url.pathname === '/log-rules' && url.search === '');
    await rowsOf('Rules on logs').getByText('firing').waitFor({ timeout: 40_000 });
    const { rules } = await client.logRules.list();
    expect(rules).toMatchObject([
      { name: 'Charges fail', by: ['service'], threshold: 0, windowMs: 3_600_000, state: 'firing' },
    ]);

    const alert = await eventually(
      async () => (await client.alerts.list({})).items.find(({ ruleName }) => ruleName === 'Charges fail'),
      { what: 'the alert' },
    );
    await open(`/alerts/${alert.id}`);
    await page.getByRole('link', { name: 'Charges fail' }).click();
    await page.waitForURL(`**/log-rules/${rules[0]?.id ?? ''}`);
    const panel = page.getByRole('complementary', { name: 'Charges fail' });
    await panel.getByLabel('More matches than').fill('5');
    await panel.getByRole('button', { name: 'Save' }).click();
    await rowsOf('Rules on logs').getByText('more than 5 in 1 h, by service').waitFor();
    await rowsOf('Rules on logs').getByText('inactive').waitFor({ timeout: 40_000 });
    await open('/rules');
    await page.getByRole('link', { name: 'On logs' }).click();
    await rowsOf('Rules on logs').getByRole('button', { name: 'Charges fail' }).click();
    await panel.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete the rule' }).click();
    await page.getByRole('heading', { name: 'No rules on logs' }).waitFor();
    expect((await client.logRules.list()).rules).toEqual([]);
  }, 120_000);

  test('ingest says who sends what and how to send more, storage what it takes and how long it stays', async () => {
    await open('/ingest');
    const senders = rowsOf('Senders');
    await senders.filter({ hasText: 'shop' }).filter({ hasText: 'traces' }).waitFor();
    await senders.filter({ hasText: 'shop' }).filter({ hasText: 'logs' }).waitFor();
    await page.getByRole('group', { name: 'Sender' }).getByRole('button', { name: 'curl' }).click();
    await page
      .getByLabel('Configuration for curl')
      .getByText(/api\/v1\/logs/)
      .waitFor();
    await open('/storage');
    await page.getByText('Traces', { exact: true }).last().waitFor();
    await page.getByRole('button', { name: 'Change how long' }).waitFor();
    await page.getByText('14 days').waitFor();
  });

  test('every page works without an error and axe finds nothing serious', async () => {
    await client.logRules.create({ name: 'Errors', query: 'level:error', threshold: 0, windowMs: 60_000 });
    const paths = [
      '/traces',
      '/traces?service=nobody',
      `/traces/${checkout}`,
      `/traces/${checkout}?span=${spanId(3)}`,
      `/traces/${nightly}`,
      '/log-rules',
      '/log-rules?query=level:error',
      '/ingest',
      '/storage',
    ];
    const visits = paths.map((path) => ({ page, address: `${custos.url}${path}` }));
    expect(await faultsOfVisits(visits)).toEqual([]);
    expect(complaints).toEqual([]);
  }, 180_000);
});
