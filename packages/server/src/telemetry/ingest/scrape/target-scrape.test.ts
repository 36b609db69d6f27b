import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScrapeTargetView } from '@custos/contract';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createManualClock, systemClock, type ManualClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { receiverCertificate } from '../../../outbound/fixtures/receiver.ts';
import { probePolicy } from '../../../outbound/policy.ts';
import { createOutbound } from '../../../outbound/service.ts';
import { createTally } from '../tally.ts';
import { createFakeIntake, type FakeIntake } from '../test/fake-intake.ts';
import { scrapeJobConfiguration } from './configuration.ts';
import { withPaths } from './credentials.ts';
import { compileRelabel } from './relabel.ts';
import { createScraper } from './scraper.ts';
import { createTargetScrape } from './target-scrape.ts';
import { targetOf } from './target.ts';

type Answer = (request: IncomingMessage, reply: ServerResponse) => void;

const receiverKey = readFileSync(
  new URL('../../../outbound/fixtures/receiver.key.pem', import.meta.url),
  'utf8',
);
const outbound = createOutbound({
  policy: { ...probePolicy, internal: ['127.0.0.1'] },
  clock: systemClock,
  onRefused: () => undefined,
});
let folder: string;
let clock: ManualClock;
let intake: FakeIntake;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'custos-scrape-'));
  clock = createManualClock();
  intake = createFakeIntake(clock);
  servers = [];
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.close(resolve);
        }),
    ),
  );
});

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const say =
  (text: string, type = 'text/plain; version=0.0.4'): Answer =>
  (_request, reply) => {
    reply.writeHead(200, { 'content-type': type, connection: 'close' }).end(text);
  };

/** A target that can be asked again and again; each asking gives how it was. */
function scrapeOf(address: string, more: object): () => Promise<ScrapeTargetView> {
  const job = scrapeJobConfiguration.parse({ job_name: 'shop', ...more });
  const target = targetOf(
    address,
    { targets: [], labels: {} },
    { job, relabel: compileRelabel(job.relabel_configs) },
  );
  if (target === undefined || 'why' in target) throw new Error(target?.why ?? 'There is no target.');
  const parts = { outbound, samples: intake, tally: createTally(clock), clock };
  const scrape = createTargetScrape(
    target,
    withPaths(job, (path) => join(folder, path)),
    parts,
  );
  return async () => {
    await clock.advance(15_000);
    await scrape.run(clock.now(), new AbortController().signal);
    return scrape.view();
  };
}
const names = (): string[] => [...new Set(intake.kept.map(({ labels }) => labels['__name__'] ?? ''))];

test('OpenMetrics of a target arrives: created times, exemplars left out, names in any letters', async () => {
  let accept: string | undefined;
  const address = await listen(
    createServer((request, reply) => {
      ({ accept } = request.headers);
      say(
        `# HELP wait_seconds How long.
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
wait_seconds_bucket{le="1.0"} 2 # {trace_id="abc # } 1"} 0.5 1520879607.789
wait_seconds_bucket{le="+Inf"} 3
wait_seconds_count 3
wait_seconds_sum 4.5
wait_seconds_created 1520872607.123
# TYPE orders counter
orders_total{pay="card"} 7 1520879608.5
# TYPE state info
state_info{v="1"} 1
{"größe.total","läden"="zwei"} 5
# EOF`,
        'application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; charset=utf-8',
      )(request, reply);
    }),
  );
  const view = await scrapeOf(address, {})();
  expect(view).toMatchObject({ health: 'up', lastError: null, samples: 8 });
  const own = { job: 'shop', instance: address };
  expect(intake.value({ __name__: 'wait_seconds_bucket', le: '1.0', ...own })).toBe(2);
  expect(intake.value({ __name__: 'wait_seconds_created', ...own })).toBe(1_520_872_607.123);
  expect(intake.value({ __name__: 'größe.total', läden: 'zwei', ...own })).toBe(5);
  expect(intake.of('orders_total')[0]?.time).toBe(1_520_879_608_500);
  expect(intake.described.get('wait_seconds')).toEqual({
    name: 'wait_seconds',
    type: 'histogram',
    help: 'How long.',
    unit: 'seconds',
  });
  expect(accept).toContain('application/openmetrics-text;version=1.0.0;escaping=allow-utf-8');
});

test.each([
  ['label_limit', 4, 'has labels: 5; label_limit is 4'],
  ['label_name_length_limit', 9, 'a label name of length 10; label_name_length_limit is 9'],
  ['label_value_length_limit', 20, 'a label value of length 30; label_value_length_limit is 20'],
  ['sample_limit', 1, 'It has 2 samples; sample_limit is 1'],
])('%s fails the scrape, and metric_relabel_configs can help', async (name, limit, error) => {
  const address = await listen(createServer(say(`a 1\nb{long_label="x",other="${'y'.repeat(30)}"} 2\n`)));
  expect((await scrapeOf(address, { [name]: limit })()).lastError).toContain(error);
  expect(intake.of('a')).toEqual([]);
  expect(intake.of('up').map(({ value }) => value)).toEqual([0]);
  const drop = [{ source_labels: ['__name__'], regex: 'b', action: 'drop' }];
  expect(await scrapeOf(address, { [name]: limit, metric_relabel_configs: drop })()).toMatchObject({
    health: 'up',
  });
});

describe('credentials in files', () => {
  test('are read for each scrape, so that they can be changed', async () => {
    const seen: (string | undefined)[] = [];
    const address = await listen(
      createServer((request, reply) => {
        seen.push(request.headers.authorization);
        say('a 1\n')(request, reply);
      }),
    );
    const scrape = scrapeOf(address, { authorization: { credentials_file: 'token' } });
    expect(await scrape()).toMatchObject({ health: 'down' });
    expect((await scrape()).lastError).toContain('A file of its credentials cannot be read');
    for (const token of ['one\n', 'two\n']) {
      writeFileSync(join(folder, 'token'), token);
      await scrape();
    }
    await scrapeOf(address, { bearer_token_file: 'token' })();
    await scrapeOf(address, { basic_auth: { username: 'u', password_file: 'token' } })();
    const basic = `Basic ${Buffer.from('u:two').toString('base64')}`;
    expect(seen).toEqual(['Bearer one', 'Bearer two', 'Bearer two', basic]);
  });

  test('a certificate of ours is shown to a target that asks for one', async () => {
    const address = await listen(
      createSecure(
        {
          cert: receiverCertificate,
          key: receiverKey,
          ca: receiverCertificate,
          requestCert: true,
          rejectUnauthorized: true,
        },
        say('a 1\n'),
      ),
    );
    writeFileSync(join(folder, 'cert.pem'), receiverCertificate);
    writeFileSync(join(folder, 'key.pem'), receiverKey);
    const trust = { ca_file: 'cert.pem', server_name: 'receiver.test' };
    expect(await scrapeOf(address, { scheme: 'https', tls_config: trust })()).toMatchObject({
      health: 'down',
    });
    const both = { ...trust, cert_file: 'cert.pem', key_file: 'key.pem' };
    expect(await scrapeOf(address, { scheme: 'https', tls_config: both })()).toMatchObject({
      health: 'up',
      lastError: null,
    });
  });
});

test('redirects are followed unless they are not to be', async () => {
  const address = await listen(
    createServer((request, reply) => {
      if (request.url === '/there') say('a 1\n')(request, reply);
      else reply.writeHead(302, { location: '/there', connection: 'close' }).end();
    }),
  );
  expect(await scrapeOf(address, {})()).toMatchObject({ health: 'up' });
  expect((await scrapeOf(address, { follow_redirects: false })()).lastError).toContain('302');
});

test('why a target is down is in words', async () => {
  const answers: Answer[] = [
    (_request, reply) => reply.writeHead(503, { connection: 'close' }).end(),
    say('a 1\na{ 2\n'),
    say('a 1\n', 'application/openmetrics-text'),
    (request) => request.socket.destroy(),
  ];
  const address = await listen(createServer((request, reply) => answers.shift()?.(request, reply)));
  const scrape = scrapeOf(address, {});
  const errors = [];
  while (answers.length > 0) errors.push((await scrape()).lastError);
  expect(errors).toEqual([
    'It answered with status 503.',
    expect.stringContaining('Line 2'),
    expect.stringContaining('# EOF'),
    expect.any(String),
  ]);
  const [server] = servers;
  await new Promise((resolve) => server!.close(resolve));
  servers = [];
  expect((await scrape()).lastError).toMatch(/ECONNREFUSED|refused/);
  expect(names()).toContain('up');
});

test('relabelling gives a target a rhythm of its own, or is told what is wrong with it', () => {
  const rhythm = (interval: string, timeout = '5s') => {
    const job = scrapeJobConfiguration.parse({
      job_name: 'shop',
      relabel_configs: [
        { target_label: '__scrape_interval__', replacement: interval },
        { target_label: '__scrape_timeout__', replacement: timeout },
      ],
    });
    return targetOf(
      'a:1',
      { targets: [], labels: {} },
      { job, relabel: compileRelabel(job.relabel_configs) },
    );
  };
  expect(rhythm('1m')).toMatchObject({ intervalMs: 60_000, timeoutMs: 5_000 });
  expect(rhythm('often')).toMatchObject({ why: expect.stringContaining('__scrape_interval__') as string });
  expect(rhythm('1s')).toMatchObject({ why: expect.stringContaining('__scrape_timeout__') as string });
});

test('a job with more targets than target_limit asks none of them, and says so', async () => {
  writeFileSync(
    join(folder, 'a.json'),
    JSON.stringify([{ targets: ['a:1', 'b:1'], labels: { zone: 'eu' } }]),
  );
  const job = scrapeJobConfiguration.parse({
    job_name: 'shop',
    target_limit: 2,
    static_configs: [{ targets: ['c:1'] }],
    file_sd_configs: [{ files: ['*.json'] }],
  });
  const scraper = createScraper({
    jobs: [withPaths(job, (path) => join(folder, path))],
    outbound,
    samples: intake,
    tally: createTally(clock),
    clock,
    log: silentLogger,
  });
  await scraper.start();
  await systemClock.sleep(50);
  expect(scraper.targets()).toHaveLength(3);
  expect(scraper.targets()[0]).toMatchObject({
    health: 'down',
    lastError: 'the job has 3 targets; target_limit is 2',
  });
  await scraper.stop();
});
