import { mkdtempSync, rmSync, writeFileSync, utimesSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createManualClock, systemClock, type ManualClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { receiverCertificate, startReceiver } from '../../../outbound/fixtures/receiver.ts';
import { probePolicy } from '../../../outbound/policy.ts';
import { createOutbound } from '../../../outbound/service.ts';
import { createTally, type CountingTally } from '../tally.ts';
import { createFakeIntake, type FakeIntake } from '../test/fake-intake.ts';
import { scrapeJobConfiguration } from './configuration.ts';
import { createScraper, type Scraper } from './scraper.ts';
import type { ScrapeJob } from './types.ts';

let server: Server;
let address: string;
let answer: (request: IncomingMessage, reply: ServerResponse) => void;
let clock: ManualClock;
let intake: FakeIntake;
let tally: CountingTally;
let scraper: Scraper | undefined;

const outbound = createOutbound({
  policy: { ...probePolicy, internal: ['127.0.0.1'] },
  clock: systemClock,
  onRefused: () => undefined,
});
const say =
  (text: string, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, reply: ServerResponse): void => {
    reply.writeHead(200, { 'content-type': 'text/plain; version=0.0.4', ...headers }).end(text);
  };

beforeEach(async () => {
  server = createServer((request, reply) => answer(request, reply));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  clock = createManualClock();
  intake = createFakeIntake(clock);
  tally = createTally(clock);
});
afterEach(async () => {
  await scraper?.stop();
  scraper = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const job = (more: object = {}): ScrapeJob =>
  scrapeJobConfiguration.parse({ job_name: 'shop', static_configs: [{ targets: [address] }], ...more });

async function start(...jobs: ScrapeJob[]): Promise<void> {
  scraper = createScraper({ jobs, outbound, samples: intake, tally, clock, log: silentLogger });
  await scraper.start();
  // Target files are read in real time.
  await systemClock.sleep(50);
}

/** Lets one interval pass and waits until its scrapes, which run in real time, are over. */
async function interval(): Promise<void> {
  const before = intake.of('up').length;
  await clock.advance(15_000);
  for (let tries = 0; tries < 200 && intake.of('up').length === before; tries += 1) {
    await systemClock.sleep(10);
  }
}

const own = () => ({ job: 'shop', instance: address });
const last = (name: string, more: object = {}) => intake.value({ __name__: name, ...own(), ...more });

test('prom-client is scraped with everything that Prometheus would have', async () => {
  const registry = new Registry();
  new Counter({ name: 'orders_total', help: 'Orders.', labelNames: ['pay'], registers: [registry] }).inc(
    { pay: 'card' },
    7,
  );
  new Gauge({ name: 'queue_depth', help: 'Depth.', registers: [registry] }).set(3.5);
  new Histogram({ name: 'wait_seconds', help: 'Wait.', buckets: [0.1, 1], registers: [registry] }).observe(
    0.5,
  );
  answer = (_request, reply) => {
    void registry
      .metrics()
      .then((text) => reply.writeHead(200, { 'content-type': registry.contentType }).end(text));
  };
  await start(job());
  await interval();
  expect(last('orders_total', { pay: 'card' })).toBe(7);
  expect(last('queue_depth')).toBe(3.5);
  expect(last('wait_seconds_bucket', { le: '1' })).toBe(1);
  expect(last('wait_seconds_bucket', { le: '+Inf' })).toBe(1);
  expect(last('up')).toBe(1);
  expect(last('scrape_samples_scraped')).toBe(7);
  expect(last('scrape_samples_post_metric_relabeling')).toBe(7);
  expect(last('scrape_series_added')).toBe(7);
  expect(intake.described.get('wait_seconds')).toEqual({
    name: 'wait_seconds',
    type: 'histogram',
    help: 'Wait.',
    unit: '',
  });
  await interval();
  expect(last('scrape_series_added')).toBe(0);
  const [first, second] = intake.of('queue_depth');
  expect(second!.time - first!.time).toBe(15_000);
  expect(scraper!.targets()).toMatchObject([{ job: 'shop', health: 'up', samples: 7, lastError: null }]);
  expect(tally.sources()[0]).toMatchObject({ door: 'scrape', accepted: 24 });
});

test('series that vanish, and all of a target that goes down, are ended by stale markers', async () => {
  answer = say('a 1\nb 2\nc 3 1700000000000\n');
  await start(job());
  await interval();
  answer = say('a 1\n');
  await interval();
  expect([last('a'), last('b'), last('c')]).toEqual([1, 'stale', 3]);
  answer = (_request, reply) => reply.writeHead(500).end();
  await interval();
  expect([last('a'), last('up'), last('scrape_samples_scraped')]).toEqual(['stale', 0, 0]);
  expect(scraper!.targets()[0]).toMatchObject({ health: 'down', lastError: 'It answered with status 500.' });
  intake.clear();
  await interval();
  expect(intake.of('a')).toEqual([]);
  answer = say('a 5\n');
  await interval();
  expect([last('a'), last('up')]).toEqual([5, 1]);
});

test('a body that is not of its format fails the scrape as a whole', async () => {
  answer = say('a 1\nb {x="1" 2\n');
  await start(job());
  await interval();
  expect(intake.of('a')).toEqual([]);
  expect(last('up')).toBe(0);
  expect(scraper!.targets()[0]?.lastError).toContain('Line 2');
  expect(tally.sources()[0]?.refusals[0]).toMatchObject({ reason: 'unreadable' });
});

test('labels of the target win, or those of the series when they are honoured', async () => {
  answer = say('a{job="theirs",instance="x",exported_job="z"} 1\n');
  await start(job());
  await interval();
  expect(intake.of('a')[0]?.labels).toEqual({
    __name__: 'a',
    ...own(),
    exported_exported_job: 'theirs',
    exported_job: 'z',
    exported_instance: 'x',
  });
  await scraper!.stop();
  intake.clear();
  await start(job({ honor_labels: true }));
  await interval();
  expect(intake.of('a')[0]?.labels).toEqual({
    __name__: 'a',
    job: 'theirs',
    instance: 'x',
    exported_job: 'z',
  });
});

test('times of the series are used, or not when they are not to be honoured', async () => {
  answer = say('a 1 1700000000000\n');
  await start(job());
  await interval();
  expect(intake.of('a')[0]?.time).toBe(1_700_000_000_000);
  await scraper!.stop();
  intake.clear();
  await start(job({ honor_timestamps: false }));
  await interval();
  expect(intake.of('a')[0]?.time).toBe(intake.of('up')[0]?.time);
});

test('targets and samples are relabelled, and the target is asked where its labels say', async () => {
  const asked: string[] = [];
  answer = (request, reply) => {
    asked.push(request.url ?? '');
    say('keep_me{code="200"} 1\ndrop_me 2\n')(request, reply);
  };
  await start(
    job({
      static_configs: [{ targets: ['db-1'], labels: { zone: 'eu', __secret: 'x' } }, { targets: ['gone'] }],
      params: { module: ['http'] },
      relabel_configs: [
        { source_labels: ['__address__'], regex: 'gone', action: 'drop' },
        { source_labels: ['__address__'], target_label: '__param_target' },
        { source_labels: ['__address__'], target_label: 'instance' },
        { target_label: '__address__', replacement: address },
        { target_label: '__metrics_path__', replacement: '/probe' },
      ],
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: 'drop_.*', action: 'drop' },
        { action: 'labeldrop', regex: 'code' },
      ],
    }),
  );
  await interval();
  expect(asked[0]).toBe('/probe?module=http&target=db-1');
  expect(intake.of('keep_me')[0]?.labels).toEqual({
    __name__: 'keep_me',
    job: 'shop',
    instance: 'db-1',
    zone: 'eu',
  });
  expect(intake.of('drop_me')).toEqual([]);
  expect(intake.of('scrape_samples_scraped')[0]?.value).toBe(2);
  expect(intake.of('scrape_samples_post_metric_relabeling')[0]?.value).toBe(1);
  expect(scraper!.targets()).toHaveLength(1);
});

test('passwords and tokens are sent, and gzip is understood', async () => {
  const seen: (string | undefined)[] = [];
  answer = (request, reply) => {
    seen.push(request.headers.authorization);
    reply.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(gzipSync('a 1\n'));
  };
  await start(
    job({ basic_auth: { username: 'u', password: 'p' } }),
    job({ job_name: 'two', bearer_token: 'secret' }),
  );
  await clock.advance(15_000);
  for (let tries = 0; tries < 200 && intake.of('up').length < 2; tries += 1) await systemClock.sleep(10);
  expect(new Set(seen)).toEqual(new Set([`Basic ${Buffer.from('u:p').toString('base64')}`, 'Bearer secret']));
  expect(last('a')).toBe(1);
});

test('over TLS a target is believed by its certificate, or when nobody is to look', async () => {
  const secure = await startReceiver({ cert: receiverCertificate, answer: say('a 1\n') });
  const target = { scheme: 'https', static_configs: [{ targets: [`127.0.0.1:${secure.port}`] }] };
  await start(
    job({ ...target, job_name: 'trusted', tls_config: { ca: receiverCertificate } }),
    job({ ...target, job_name: 'blind', tls_config: { insecure_skip_verify: true } }),
    job({ ...target, job_name: 'careful' }),
  );
  await clock.advance(15_000);
  for (let tries = 0; tries < 300 && intake.of('up').length < 3; tries += 1) await systemClock.sleep(10);
  const up = intake.of('up').map(({ labels, value }) => [labels['job'], value]);
  expect(Object.fromEntries(up)).toEqual({ trusted: 1, blind: 1, careful: 0 });
  await secure.close();
});

test('an answer that is too large, a bomb, or too many samples fail the scrape', async () => {
  await start(job({ body_size_limit: '1KB', sample_limit: 2 }));
  answer = say(`a 1\n${'#'.repeat(2000)}\n`);
  await interval();
  expect(scraper!.targets()[0]).toMatchObject({ health: 'down' });
  answer = (_request, reply) =>
    reply.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(500_000, '#')));
  await interval();
  expect(scraper!.targets()[0]?.lastError).toContain('larger than 1024');
  answer = say('a 1\nb 1\nc 1\n');
  await interval();
  expect(scraper!.targets()[0]?.lastError).toContain('sample_limit is 2');
  expect(intake.of('a')).toEqual([]);
  expect(intake.of('up').map(({ value }) => value)).toEqual([0, 0, 0]);
});

test('a target that hangs is given up at its timeout', async () => {
  answer = () => undefined;
  await start(job({ scrape_timeout: '100ms' }));
  await interval();
  expect(last('up')).toBe(0);
  expect(scraper!.targets()[0]?.lastError).toContain('100 ms');
});

test('targets of a file are followed: new ones begin, those that are gone are ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'custos-targets-'));
  const file = join(folder, 'shop.yml');
  writeFileSync(file, `- targets: ['${address}']\n  labels: { zone: eu }\n`);
  answer = say('a 1\n');
  await start(
    job({
      static_configs: [],
      file_sd_configs: [{ files: [join(folder, '*.yml')], refresh_interval: '1s' }],
    }),
  );
  await interval();
  expect(last('a', { zone: 'eu' })).toBe(1);

  const touch = async (text: string): Promise<void> => {
    writeFileSync(file, text);
    utimesSync(file, new Date(), new Date(Date.now() + Math.random() * 1e6));
    await clock.advance(1_000);
    await systemClock.sleep(100);
  };
  await touch('- targets: 7\n');
  expect(scraper!.targets().map(({ lastError }) => lastError)).toContainEqual(
    expect.stringContaining('targets'),
  );
  expect(scraper!.targets()).toHaveLength(2);
  await touch(`- targets: ['${address}']\n  labels: { zone: us }\n`);
  expect([last('a', { zone: 'eu' }), last('up', { zone: 'eu' })]).toEqual(['stale', 'stale']);
  await interval();
  expect(last('a', { zone: 'us' })).toBe(1);
  rmSync(folder, { recursive: true });
});

test('a job that cannot be is refused with the field at fault', () => {
  const faults = (given: object) =>
    scrapeJobConfiguration
      .safeParse({ job_name: 'x', ...given })
      .error?.issues.map(({ path }) => path.join('.'));
  expect(faults({ scrape_interval: 'often' })).toEqual(['scrape_interval']);
  expect(faults({ scrape_timeout: '1m' })).toEqual(['scrape_timeout']);
  expect(faults({ relabel_configs: [{ regex: '(', target_label: 'a' }] })).toEqual([
    'relabel_configs.0.regex',
  ]);
  expect(faults({ relabel_configs: [{ action: 'hashmod', target_label: 'a' }] })).toEqual([
    'relabel_configs.0.modulus',
  ]);
  expect(faults({ bearer_token: 'a', basic_auth: { username: 'b' } })).toEqual(['authorization']);
  expect(faults({ file_sd_configs: [{ files: ['targets.txt'] }] })).toEqual(['file_sd_configs.0.files.0']);
});
