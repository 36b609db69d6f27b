import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { createApp } from '../packages/server/src/app/app.ts';
import { loadOptions } from '../packages/server/src/app/options.ts';
import { silentLogger } from '../packages/server/src/base/logger.ts';
import { startBrowser } from '../packages/server/test/browser.ts';
import { administrator, discard, serve, setUp } from '../packages/server/test/serve.ts';
import { quantile, type Figure } from './figure.ts';

const probeCount = 1000;
const serviceCount = 50;
const days = 365;
const rounds = 7;
const dayMs = 86_400_000;

/** A year of daily history and a day of raw results for every probe, and the counters that go with them. */
async function seed(directory: string): Promise<void> {
  const options = await loadOptions({ file: join(directory, 'custos.yaml') });
  const app = await createApp({ options, version: 'bench', log: silentLogger });
  await app.start();
  const { columns, probes } = app.parts;
  await columns.ready();
  const ids = (await probes.overviewRows()).map((row) => row.id);
  // Ids travel in the address, whose length is limited.
  for (let from = 0; from < ids.length; from += 100) {
    const some = { ids: ids.slice(from, from + 100) };
    await columns.command(
      `INSERT INTO probe_daily SELECT probe_id, today() - 1 - number, 2880, 2860, 10, 10, 0, 2870, 287000, 20, 900,
         90, 220, 400, now64(3)
       FROM (SELECT arrayJoin({ids:Array(String)}) AS probe_id) AS probes, numbers(${days}) AS numbers`,
      some,
    );
    await columns.command(
      `INSERT INTO probe_result (probe_id, time, status, latency_ms, node)
       SELECT probe_id, now64(3) - INTERVAL number * 5 MINUTE, 'up', 50 + rand() % 100, 'bench'
       FROM (SELECT arrayJoin({ids:Array(String)}) AS probe_id) AS probes, numbers(288) AS numbers`,
      some,
    );
  }
  await app.stop();

  const database = new DatabaseSync(join(directory, 'data/state.sqlite'));
  const today = Math.floor(Date.now() / dayMs);
  const history = JSON.stringify(
    Array.from({ length: days }, (_, index) => [today - days + index, 2860, 10, 10]),
  );
  const write = database.prepare(
    'INSERT INTO probe_uptime (owner_id, hours, days) VALUES (?, ?, ?) ON CONFLICT (owner_id) DO UPDATE SET days = excluded.days',
  );
  database.exec('BEGIN');
  for (const id of ids) write.run(id, '[]', history);
  database.exec('COMMIT');
  database.close();
}

/** Milliseconds from the navigation to the first paint of content, and to the end of the last long task. */
async function measure(
  page: Page,
  url: string,
  ready: string,
): Promise<{ fcp: number; interactive: number }> {
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForSelector(ready);
  const shown = await page.evaluate(() => performance.now());
  await delay(1500);
  return page.evaluate(async (shownAt) => {
    const paints = performance.getEntriesByName('first-contentful-paint');
    const tasks = await new Promise<PerformanceEntry[]>((resolve) => {
      new PerformanceObserver((list, observer) => {
        observer.disconnect();
        resolve(list.getEntries());
      }).observe({ type: 'longtask', buffered: true });
      setTimeout(() => resolve([]), 200);
    });
    const busyUntil = tasks
      .filter((task) => task.startTime < shownAt + 1000)
      .map((task) => task.startTime + task.duration);
    return { fcp: paints[0]?.startTime ?? NaN, interactive: Math.max(shownAt, ...busyUntil) };
  }, shown);
}

/** The overview with 1,000 probes and a year of history in a real browser, beside a page of plain text. */
export async function run(): Promise<readonly Figure[]> {
  const target = fork(new URL('./parts/target.ts', import.meta.url).pathname);
  const port = String(await new Promise<unknown>((resolve) => target.once('message', resolve)));
  const config = {
    services: Array.from({ length: serviceCount }, (_, index) => ({ name: `Service ${index}` })),
    probes: Array.from({ length: probeCount }, (_, index) => ({
      name: `Probe ${index}`,
      kind: 'http' as const,
      service: `Service ${index % serviceCount}`,
      intervalMs: 30_000,
      options: { url: `http://127.0.0.1:${port}/${index}` },
    })),
  };
  const first = await serve({ config });
  await setUp(first);
  await first.stop();
  await seed(first.directory);
  const served = await serve({ config, directory: first.directory, port: first.port });
  await delay(35_000);

  const browser = await startBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.goto(`${served.url}/login`);
  await page.getByLabel(/e-?mail/i).fill(administrator.email);
  await page
    .getByLabel(/password/i)
    .first()
    .fill(administrator.password);
  await page.keyboard.press('Enter');
  await page.waitForSelector('main h1');

  const own: { fcp: number; interactive: number }[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    own.push(await measure(page, `${served.url}/`, 'main h1'));
    bare.push((await measure(page, `http://127.0.0.1:${port}/`, 'body')).fcp);
  }
  await browser.close();
  await served.stop();
  target.kill();
  await discard(served);
  const baseline = { name: 'first paint of plain text', value: quantile(bare, 0.5) };
  const median = (pick: 'fcp' | 'interactive'): number =>
    quantile(
      own.map((each) => each[pick]),
      0.5,
    );
  return [
    { figure: 'fcp-ms', value: median('fcp'), unit: 'ms', baseline },
    { figure: 'interactive-ms', value: median('interactive'), unit: 'ms', baseline },
  ];
}
