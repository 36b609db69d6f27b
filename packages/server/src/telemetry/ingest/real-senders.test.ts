import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { Gauge, Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestServer, type TestServer } from '../../../test/http-server.ts';
import { freePort } from '../../../test/stores.ts';
import { eventually, temporaryDirectory, testColumns } from '../../../test/columns.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import { probePolicy } from '../../outbound/policy.ts';
import { createOutbound } from '../../outbound/service.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { createMetrics, type Metrics } from '../metrics/service.ts';
import { otlpRoutes } from './routes-otlp.ts';
import { remoteWriteRoutes } from './routes-remote-write.ts';
import { scrapeJobConfiguration } from './scrape/configuration.ts';
import { createScraper } from './scrape/scraper.ts';
import { createTally } from './tally.ts';

// Senders as they are in the world, the doors, the real store, and PromQL to ask what has arrived.

const directory = temporaryDirectory();
const tally = createTally(systemClock);
const registry = new Registry();
new Gauge({ name: 'depth', help: 'Depth.', registers: [registry] }).set(3.5);
let columns: Columns;
let metrics: Metrics;
let server: TestServer;
let url: string;

beforeAll(async () => {
  columns = testColumns({ dataDirectory: directory.path });
  await columns.start();
  await columns.ready();
  metrics = createMetrics({ columns, clock: systemClock, log: silentLogger, shared: false });
  await metrics.start();
  server = await createTestServer();
  const door = { samples: metrics.intake, tally, clock: systemClock };
  const none = { append: async () => ({ accepted: 0, refusals: [] }) };
  await server.app.register(remoteWriteRoutes(door));
  await server.app.register(otlpRoutes({ ...door, records: none, spans: none }));
  server.app.get('/target', { config: { access: 'public' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await server.stop();
  await metrics.stop();
  await columns.stop();
  directory.remove();
});

/** The values of an instant query at present. */
async function ask(query: string): Promise<number[]> {
  const { value } = await metrics.engine.instant({ query, atMs: Date.now() });
  return value.type === 'vector' ? value.samples.map((sample) => sample.value) : [];
}

test('a counter of the OpenTelemetry SDK is asked in PromQL', async () => {
  const exporter = new OTLPMetricExporter({
    url: `${url}/v1/metrics`,
    headers: { authorization: 'Bearer shop' },
  });
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const resource = resourceFromAttributes({ 'service.name': 'api', 'service.version': '1.2' });
  const provider = new MeterProvider({ resource, readers: [reader] });
  provider.getMeter('checkout').createCounter('shop.orders').add(7, { pay: 'card' });
  await reader.forceFlush();
  await provider.shutdown();
  expect(await ask('sum by (pay) (shop_orders_total{job="api"})')).toEqual([7]);
  expect(await ask('shop_orders_total * on (job) group_left (service_version) target_info')).toEqual([7]);
});

test('a target is scraped into the real store', async () => {
  const scraper = createScraper({
    jobs: [
      scrapeJobConfiguration.parse({
        job_name: 'shop',
        scrape_interval: '500ms',
        metrics_path: '/target',
        static_configs: [{ targets: [new URL(url).host] }],
      }),
    ],
    outbound: createOutbound({
      policy: { ...probePolicy, internal: ['127.0.0.1'] },
      clock: systemClock,
      onRefused: () => undefined,
    }),
    samples: metrics.intake,
    tally,
    clock: systemClock,
    log: silentLogger,
  });
  await scraper.start();
  await eventually(async () => (await ask('depth{job="shop"} and up{job="shop"} == 1'))[0] === 3.5);
  await scraper.stop();
});

const program = 'prometheus';
const installed = spawnSync(program, ['--version']).error === undefined;

// Prometheus comes in no npm package; where it is not installed, the test's own sender has to do.
test.runIf(installed)(
  'a real Prometheus writes what it scrapes, and ends what is gone',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'custos-prometheus-'));
    const port = await freePort();
    const targets = join(folder, 'targets.json');
    writeFileSync(targets, JSON.stringify([{ targets: [new URL(url).host], labels: { job: 'gone-soon' } }]));
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s, external_labels: { cluster: c1 } }
scrape_configs:
  - { job_name: self, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }
  - { job_name: files, metrics_path: /target, file_sd_configs: [{ files: ['${targets}'], refresh_interval: 1s }] }
remote_write:
  - url: ${url}/api/v1/write
    authorization: { credentials: shop }
    queue_config: { batch_send_deadline: 500ms }
    metadata_config: { send_interval: 1s }
`,
    );
    const child: ChildProcess = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=error',
      ],
      { stdio: 'ignore' },
    );
    try {
      await eventually(async () => (await ask('up{job="self",cluster="c1"}'))[0] === 1, 60_000);
      await eventually(async () => (await ask('depth{job="gone-soon"}'))[0] === 3.5, 60_000);
      expect((await ask('count({job="self"})'))[0]).toBeGreaterThan(100);
      expect(await ask('sum(prometheus_build_info)')).toEqual([1]);
      writeFileSync(targets, '[]');
      // Long before the lookback of five minutes is over: by the stale marker.
      await eventually(async () => (await ask('depth{job="gone-soon"}')).length === 0, 60_000);
      await eventually(
        () => metrics.catalogue.metadata('prometheus_build_info')[0]?.type === 'gauge',
        60_000,
      );
      const refused = tally.sources().find(({ door }) => door === 'remote-write')?.refusals;
      expect(refused).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    }
  },
  200_000,
);
