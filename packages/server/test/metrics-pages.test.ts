import { createClient, type Client } from '@custos/client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faultsOfVisits, startBrowser } from './browser.ts';
import { discard, eventually, serve, setUp, type Served } from './serve.ts';
import { openSignedIn } from './signed-in-page.ts';

const minuteMs = 60_000;
const jobs = ['api', 'worker'] as const;

/** An hour of a gauge by OTLP, one point a minute for each job; the worker is away for a quarter of it. */
function hourOfQueue(now: number): object {
  const points = jobs.flatMap((job, index) =>
    Array.from({ length: 60 }, (_, minute) => minute)
      .filter((minute) => job === 'api' || minute < 20 || minute >= 35)
      .map((minute) => ({
        timeUnixNano: `${now - (60 - minute) * minuteMs}000000`,
        asDouble: 10 + index * 10 + (minute % 7),
        attributes: [{ key: 'queue', value: { stringValue: job } }],
      })),
  );
  return {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeMetrics: [
          {
            metrics: [
              { name: 'waiting_jobs', description: 'Jobs that wait.', gauge: { dataPoints: points } },
            ],
          },
        ],
      },
    ],
  };
}

/** Pages of metrics in a real browser, on the real program. Needs packages/web/dist, as the dashboard does. */
describe('the pages of metrics', () => {
  let custos: Served;
  let client: Client;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  const open = async (path: string): Promise<void> => {
    await page.goto(`${custos.url}${path}`);
  };
  const expression = (letter = 'A') =>
    page.getByRole('textbox', { name: `Expression ${letter}`, exact: true });
  const ask = async (text: string, letter = 'A'): Promise<void> => {
    await expression(letter).click();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.insertText(text);
    await page.keyboard.press('ControlOrMeta+Enter');
  };
  const legend = () => page.locator('table[aria-label="Legend"] tbody tr');

  beforeAll(async () => {
    [custos, browser] = await Promise.all([serve(), startBrowser()]);
    const person = await setUp(custos);
    const { permissions } = await person.session.current();
    const { token } = await person.tokens.create({ name: 'shop', permissions, expiresInDays: 1 });
    client = createClient({ baseUrl: custos.url, token });
    const sent = await fetch(`${custos.url}/v1/metrics`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(hourOfQueue(Date.now())),
    });
    expect(sent.status).toBe(200);
    await eventually(
      async () => (await client.metrics.labelValues('__name__')).data.includes('waiting_jobs'),
      {
        what: 'the metric to be known',
      },
    );
    // A visitor's first look at the session is answered 401, a faulty expression 400, a late change 409.
    page = await openSignedIn(browser, custos.url, { complaints, expected: /40[019]/, height: 1000 });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await discard(custos);
  });

  test('an expression is completed with the names that there are, and its answer is drawn and in the address', async () => {
    await open('/explore');
    await page.getByText(/metrics? to ask about/).waitFor();
    await expression().click();
    await page.keyboard.type('waiting_j');
    await page.locator('.cm-tooltip-autocomplete').getByText('waiting_jobs').waitFor();
    // The editor has its styles under the policy of the page: its list of names is a box that floats.
    expect(
      await page.locator('.cm-tooltip-autocomplete').evaluate((box) => getComputedStyle(box).position),
    ).toMatch(/fixed|absolute/);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await eventually(async () => (await legend().count()) === 2, { what: 'two series' });
    expect(new URL(page.url()).searchParams.get('q')).toBe('["waiting_jobs"]');
    const drawn = await page
      .locator('.u-wrap canvas')
      .nth(1)
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data;
        return data?.some((value) => value > 0) ?? false;
      });
    expect(drawn).toBe(true);
    await page.reload();
    await eventually(async () => (await legend().count()) === 2, { what: 'the same view from its address' });
  });

  test('one series is shown alone, a part of the time is zoomed to, and both are in the address', async () => {
    await legend().filter({ hasText: 'worker' }).getByRole('button').click();
    await page.waitForURL(/only=/);
    expect(await legend().filter({ hasText: 'api' }).getAttribute('data-off')).toBe('true');
    const box = await page.locator('.u-over').boundingBox();
    if (box === null) throw new Error('There is no chart.');
    await page.mouse.move(box.x + box.width * 0.3, box.y + 80);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 80, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+/);
    const { searchParams } = new URL(page.url());
    const span = Number(searchParams.get('to')) - Number(searchParams.get('from'));
    expect(span).toBeGreaterThan(10 * minuteMs);
    expect(span).toBeLessThan(30 * minuteMs);
    await page.locator('.u-over').dblclick();
    await page.waitForURL((url) => !url.searchParams.has('from'));
  });

  test('a faulty expression says where it is wrong, and the others are still drawn', async () => {
    await page.getByRole('button', { name: 'Add an expression' }).click();
    await ask('sum(waiting_jobs', 'B');
    await page
      .getByRole('alert')
      .getByText(/^Line 1, character \d+: \w/)
      .waitFor();
    expect(await legend().count()).toBe(2);
    await ask('sum(waiting_jobs)', 'B');
    await eventually(async () => (await legend().count()) === 3, { what: 'the sum' });
    await page.getByRole('button', { name: 'Hide B' }).click();
    await eventually(async () => (await legend().count()) === 2, { what: 'the sum to go' });
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page.locator('table[aria-label="Values"] tbody tr').first().waitFor();
  });

  test('the browser of metrics tells what a metric is and puts it into the page', async () => {
    await open('/explore?browse=yes');
    await page.getByLabel('Find a metric').fill('that wait');
    await page.getByRole('button', { name: /waiting_jobs/ }).click();
    await page.getByText('Jobs that wait.').waitFor();
    await page.getByRole('button', { name: 'queue', exact: true }).click();
    await page.getByRole('button', { name: 'worker', exact: true }).click();
    await eventually(() => new URL(page.url()).searchParams.get('q')?.includes('queue') ?? false, {
      what: 'the selector in the address',
    });
    expect(JSON.parse(new URL(page.url()).searchParams.get('q') ?? '[]')).toEqual([
      'waiting_jobs{queue="worker"}',
    ]);
  });

  test('what was asked is offered again, and becomes a rule', async () => {
    await open('/explore');
    await ask('sum(waiting_jobs) > 0');
    await eventually(async () => (await legend().count()) === 1, { what: 'the sum' });
    await open('/explore');
    await page.getByRole('button', { name: 'Recent' }).click();
    await page.getByRole('menuitem', { name: 'sum(waiting_jobs) > 0', exact: true }).click();
    await eventually(async () => (await legend().count()) === 1, { what: 'the sum again' });
    await page.getByRole('button', { name: 'Make a rule of A' }).click();
    await page.getByText('1 group with 1 rule, nothing wrong with them.').waitFor();
    const rail = page.getByRole('navigation', { name: 'Main', exact: true });
    expect(await rail.getByRole('link', { name: 'Rules' }).getAttribute('aria-current')).toBe('page');
  });

  test('what is shown is kept as a panel of a dashboard', async () => {
    await open('/explore?q=%5B%22waiting_jobs%22%5D&unit=count');
    await page.getByRole('button', { name: 'Add to a dashboard' }).click();
    await page.getByRole('menuitem', { name: 'A new one' }).click();
    await page.waitForURL(/\/dashboards\//);
    await page.getByRole('article', { name: 'waiting_jobs' }).waitFor();
    const { panels } = await client.dashboards.get(new URL(page.url()).pathname.split('/').at(-1) ?? '');
    expect(panels).toMatchObject([
      { kind: 'chart', unit: 'count', queries: [{ expression: 'waiting_jobs', legend: '' }] },
    ]);
  });

  test('minutes can be chosen, and the page looks again as often as one says', async () => {
    await open('/explore?q=%5B%22waiting_jobs%22%5D');
    await page.getByRole('button', { name: '5 m', exact: true }).click();
    await page.waitForURL(/range=5m/);
    await page.getByRole('button', { name: 'Refreshes every 15 s' }).click();
    await page.getByRole('menuitem', { name: 'Not by itself' }).click();
    await page.waitForURL(/refresh=off/);
    await page.reload();
    await page.getByRole('button', { name: 'Does not refresh by itself' }).click();
    await Promise.all([
      page.waitForRequest(/query_range/),
      page.getByRole('menuitem', { name: 'Refresh now' }).click(),
    ]);
  });

  test('a dashboard is copied, changed by keys and mouse, saved, and is so for others', async () => {
    await open('/dashboards');
    await page.getByRole('button', { name: 'Process', exact: true }).click();
    await page.getByRole('button', { name: 'Make a copy' }).first().click();
    await page.waitForURL(/edit=yes/);
    const grip = page.getByRole('button', { name: /^Move Resident memory: column 7/ });
    await grip.focus();
    await page.keyboard.press('Shift+ArrowUp');
    await page.getByRole('button', { name: /^Move Resident memory: .* 7 high/ }).waitFor();

    await page.getByRole('button', { name: 'Add a panel' }).click();
    await page.getByRole('menuitem', { name: /^Chart/ }).click();
    await page.getByLabel('Title').fill('Waiting');
    await ask('waiting_jobs', '1');
    await page.getByRole('group', { name: 'Preview' }).getByRole('list', { name: 'Legend' }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL((url) => !url.searchParams.has('edit'));
    await page.getByRole('article', { name: 'Waiting' }).waitFor();

    const { items } = await client.dashboards.list();
    const made = items.find(({ name }) => name === 'Process copy');
    expect(made).toMatchObject({ own: true, origin: 'dashboard', shared: false });
    const { panels, variables } = await client.dashboards.get(made?.id ?? '');
    expect(panels.find(({ title }) => title === 'Resident memory')).toMatchObject({ x: 6, height: 7 });
    expect(panels.find(({ title }) => title === 'Waiting')).toMatchObject({
      queries: [{ expression: 'waiting_jobs', legend: '' }],
    });
    expect(variables).toHaveLength(1);
  });

  test('a panel is shown alone with the figures of its lines, until Escape', async () => {
    const { items } = await client.dashboards.list();
    await open(`/dashboards/${items.find(({ name }) => name === 'Process copy')?.id ?? ''}`);
    await page.getByRole('article', { name: 'Waiting' }).hover();
    await page.getByRole('button', { name: 'Enlarge Waiting' }).click();
    await eventually(async () => (await legend().count()) === 2, { what: 'the figures of both lines' });
    expect(await page.getByRole('article').count()).toBe(1);
    await page.keyboard.press('Escape');
    await eventually(async () => (await page.getByRole('article').count()) > 5, { what: 'all panels' });
  });

  test('what somebody else has changed meanwhile is not overwritten', async () => {
    const { items } = await client.dashboards.list();
    const { id } = items.find(({ name }) => name === 'Process copy') ?? { id: '' };
    await open(`/dashboards/${id}?edit=yes&panel=about`);
    await page.getByLabel('Description').fill('mine');
    const { name, description, shared, variables, panels } = await client.dashboards.get(id);
    await client.dashboards.update(id, {
      name,
      description: `${description} theirs`,
      shared,
      variables,
      panels,
    });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody has changed this dashboard since you opened it.').waitFor();
    expect((await client.dashboards.get(id)).description).toContain('theirs');
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByText('theirs').first().waitFor();
  });

  test('a dashboard is imported from its JSON, and what is no dashboard is refused in words', async () => {
    await open('/dashboards');
    await page.getByRole('button', { name: 'Import' }).click();
    const field = page.getByLabel('Or as text');
    await field.fill('{"name": "Broken", "panels": [{}]}');
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByText(/^panels\.0\./).waitFor();
    await field.fill(JSON.stringify({ name: 'Imported', panels: [] }));
    await page.getByRole('dialog').getByRole('button', { name: 'Import' }).click();
    await page.getByRole('heading', { name: 'Imported' }).waitFor();
  });

  test('a rule file is checked line by line, kept, and its rules say how they fare', async () => {
    await open('/metric-rules/new');
    const rules = page.getByRole('textbox', { name: 'Rules', exact: true });
    const write = async (text: string): Promise<void> => {
      await rules.click();
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.insertText(text);
    };
    const file = (source: string): string =>
      `groups:\n  - name: queues\n    interval: 1s\n    rules:\n      - alert: TooMany\n        expr: ${source}\n`;
    await write(file('sum(waiting_jobs'));
    await page.getByText('Line 6').waitFor();
    await write(file('sum(waiting_jobs) >= 0'));
    await page.getByText('1 group with 1 rule, nothing wrong with them.').waitFor();
    await page.getByRole('button', { name: 'Add the rules' }).click();
    await page
      .getByRole('table', { name: 'Rules of queues' })
      .getByText('firing')
      .waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'TooMany' }).click();
    await page.getByText('Active now: 1').waitFor();
  });

  test('every page works without an error and axe finds nothing serious', async () => {
    const { items } = await client.dashboards.list();
    const { id = '' } = items.find(({ name }) => name === 'Process copy') ?? {};
    const paths = [
      '/explore',
      '/explore?q=%5B%22waiting_jobs%22%5D',
      '/explore?q=%5B%22waiting_jobs%22%5D&view=table',
      '/explore?browse=yes',
      '/dashboards',
      '/dashboards/host',
      '/dashboards/postgresql',
      `/dashboards/${id}?edit=yes`,
      `/dashboards/${id}?edit=yes&panel=p1`,
      `/dashboards/${id}?edit=yes&panel=about`,
      '/metric-rules',
      '/metric-rules/new',
    ];
    const visits = paths.map((path) => ({ page, address: `${custos.url}${path}` }));
    expect(await faultsOfVisits(visits)).toEqual([]);
    expect(complaints).toEqual([]);
  }, 180_000);
});
