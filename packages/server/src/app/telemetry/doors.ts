import { dirname, resolve } from 'node:path';
import type { Routes } from '../../http/types.ts';
import { createCollectors } from '../../telemetry/collectors/service.ts';
import { ingestRoutes } from '../../telemetry/ingest/routes.ts';
import { lokiRoutes } from '../../telemetry/ingest/routes-loki.ts';
import { ndjsonRoutes } from '../../telemetry/ingest/routes-ndjson.ts';
import { otlpRoutes } from '../../telemetry/ingest/routes-otlp.ts';
import { remoteWriteRoutes } from '../../telemetry/ingest/routes-remote-write.ts';
import { withPaths } from '../../telemetry/ingest/scrape/credentials.ts';
import { createScraper } from '../../telemetry/ingest/scrape/scraper.ts';
import { createSyslog } from '../../telemetry/ingest/syslog/service.ts';
import { createTally } from '../../telemetry/ingest/tally.ts';
import type { Part } from '../lifecycle.ts';
import type { Options } from '../options.ts';
import type { JoinTelemetryRequest } from './request.ts';
import type { TelemetryStores } from './stores.ts';

const megabyte = 1024 * 1024;

/** Paths in the configuration are those beside it. */
export const besideConfiguration =
  ({ source }: Pick<Options, 'source'>) =>
  (path: string): string =>
    source === null ? resolve(path) : resolve(dirname(source), path);

/** Every way in: doors over HTTP, syslog, and what Custos fetches and reads by itself. */
export function joinDoors(request: JoinTelemetryRequest, stores: TelemetryStores) {
  const { options, columns, clock, log, jobs } = request;
  const { ingest, syslog: listeners, scrape, collectors: collected } = options.telemetry;
  const { intervalSeconds, ...enabled } = collected;
  const samples = stores.metrics.intake;
  const records = stores.logs.intake;
  const spans = stores.traces.intake;
  const beside = besideConfiguration(options);
  const tally = createTally(clock);

  const syslog = createSyslog({ listeners, records, tally, clock, log });
  const scraper = createScraper({
    jobs: scrape.map((job) => withPaths(job, beside)),
    outbound: request.outbound,
    samples,
    tally,
    clock,
    log,
    ...(options.columnsUrl === null ? {} : { seats: jobs.leases }),
  });
  const collectors = createCollectors({
    samples,
    tally,
    clock,
    log,
    node: request.node,
    enabled,
    ownMetrics: request.ownMetrics,
    restarts: request.restarts,
    databases: request.databases,
    intervalMs: intervalSeconds * 1000,
  });
  const door = {
    tally,
    clock,
    limits: {
      itemsPerSecond: ingest.itemsPerSecond,
      bytesPerSecond: Math.ceil(ingest.megabytesPerSecond * megabyte),
    },
  };
  const routes: readonly Routes[] = [
    remoteWriteRoutes({ ...door, samples }),
    otlpRoutes({ ...door, samples, records, spans }),
    ndjsonRoutes({ ...door, records }),
    lokiRoutes({ ...door, records }),
    ingestRoutes({
      tally,
      scraper,
      metrics: stores.metrics,
      columns,
      publicUrl: request.publicUrl,
      syslog,
    }),
  ];
  const workers: readonly Part[] = [
    { name: 'collectors', start: () => collectors.start(), stop: () => collectors.stop() },
    { name: 'scraper', start: () => scraper.start(), stop: () => scraper.stop() },
    { name: 'syslog', start: () => syslog.start(), stop: () => syslog.stop() },
  ];
  return { routes, workers, figures: () => tally.figures() };
}
