import { dirname, resolve } from 'node:path';
import type { HoldService } from '../../audit/keeping/holds.ts';
import type { StreamEvent } from '@custos/contract';
import type { AuditLog } from '../../audit/types.ts';
import type { Identity } from '../../access/types.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Routes } from '../../http/types.ts';
import type { Jobs } from '../../jobs/types.ts';
import type { Outbound } from '../../outbound/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { State } from '../../storage/state/state.ts';
import { createCollectors } from '../../telemetry/collectors/service.ts';
import { dashboardRoutes } from '../../telemetry/dashboards/routes.ts';
import { createDashboards } from '../../telemetry/dashboards/service.ts';
import { lokiRoutes } from '../../telemetry/ingest/routes-loki.ts';
import { ndjsonRoutes } from '../../telemetry/ingest/routes-ndjson.ts';
import { otlpRoutes } from '../../telemetry/ingest/routes-otlp.ts';
import { remoteWriteRoutes } from '../../telemetry/ingest/routes-remote-write.ts';
import { ingestRoutes } from '../../telemetry/ingest/routes.ts';
import { createScraper } from '../../telemetry/ingest/scrape/scraper.ts';
import { createSyslog } from '../../telemetry/ingest/syslog/service.ts';
import { createTally } from '../../telemetry/ingest/tally.ts';
import { createLogs } from '../../telemetry/logs/service.ts';
import { createMetrics } from '../../telemetry/metrics/service.ts';
import { prometheusRoutes } from '../../telemetry/prometheus/routes.ts';
import { telemetryRetentionRoutes } from '../../telemetry/retention/routes.ts';
import { createTelemetryRetention } from '../../telemetry/retention/service.ts';
import { logRulesRoutes } from '../../telemetry/rules/routes-log-rules.ts';
import { metricRulesRoutes } from '../../telemetry/rules/routes-metric-rules.ts';
import { createTelemetryRules } from '../../telemetry/rules/service.ts';
import { logSearchRoutes } from '../../telemetry/search/routes.ts';
import { createLogSearch } from '../../telemetry/search/service.ts';
import { createTailStreams } from '../../telemetry/search/tail-streams.ts';
import { createTraces } from '../../telemetry/traces/intake.ts';
import { createTraceReading } from '../../telemetry/traces/reading.ts';
import { traceRoutes } from '../../telemetry/traces/routes.ts';
import type { AlertSink } from '../../telemetry/types.ts';
import type { Part } from '../lifecycle.ts';
import type { Options } from '../options.ts';
import { heldLogs } from './held-logs.ts';

export interface JoinTelemetryRequest {
  readonly options: Options;
  readonly version: string;
  readonly state: State;
  readonly columns: Columns;
  readonly clock: Clock;
  readonly log: Logger;
  readonly audit: AuditLog;
  readonly holds: Pick<HoldService, 'list'>;
  readonly jobs: Pick<Jobs, 'schedule' | 'leases'>;
  /** The door by which targets are scraped. */
  readonly outbound: Outbound;
  readonly publicUrl: () => string | null;
  /** Turns what rules find into alerts. */
  readonly alerts: AlertSink;
  readonly publish: (event: StreamEvent) => void;
  readonly node: string;
  /** Custos's own figures, as `/metrics` has them. */
  readonly ownMetrics: () => Promise<string>;
  /** Times that Custos was started after the first. */
  readonly restarts: () => number;
  /** What an identity may do by now; undefined when it has ended or may not come from there any more. */
  readonly recheck: (identity: Identity, address: string) => Promise<Identity | undefined>;
}

const megabyte = 1024 * 1024;
const gigabyte = 1024 * megabyte;
const retentionEveryMs = 5 * 60_000;

/** Joins everything of telemetry: the doors, the stores of metrics, logs and traces, and what asks them. */
export function joinTelemetry(request: JoinTelemetryRequest) {
  const { options, version, state, columns, clock, log, audit, recheck, jobs } = request;
  const { metrics: bounds, ingest, logs: logOptions, syslog: listeners, scrape } = options.telemetry;
  // Nodes that share a ClickHouse server each hold a part of the samples in memory.
  const shared = options.columnsUrl !== null;
  /** Paths in the configuration are those beside it. */
  const beside = (path: string): string =>
    options.source === null ? resolve(path) : resolve(dirname(options.source), path);
  const tally = createTally(clock);
  const metrics = createMetrics({
    columns,
    clock,
    log,
    shared,
    limits: {
      series: bounds.maxSeries,
      newSeriesPerMinute: bounds.newSeriesPerMinute,
      headMs: bounds.headMinutes * 60_000,
      headBytes: bounds.headMb * megabyte,
    },
  });
  const search = createLogSearch({ columns, state, clock });
  const streams = createTailStreams<Identity>({ tail: search.tail, clock, log, recheck });
  const { intake: records } = createLogs({
    columns,
    clock,
    log,
    rules: logOptions,
    onAccepted: (accepted) => search.tail.push(accepted),
  });
  const { intake: spans } = createTraces({ columns, clock, log });
  const rules = createTelemetryRules({
    state,
    engine: metrics.engine,
    samples: metrics.intake,
    countLogs: search.count,
    checkLogQuery: (query) => void search.scope({ query }),
    alerts: request.alerts,
    seats: jobs.leases,
    clock,
    log,
    publish: request.publish,
    ruleFiles: options.telemetry.rules.files.map(beside),
    externalLabels: options.telemetry.rules.externalLabels,
  });
  const syslog = createSyslog({ listeners, records, tally, clock, log });
  const scraper = createScraper({
    jobs: scrape.map((job) => ({
      ...job,
      file_sd_configs: job.file_sd_configs.map((from) => ({ ...from, files: from.files.map(beside) })),
    })),
    outbound: request.outbound,
    samples: metrics.intake,
    tally,
    clock,
    log,
    ...(shared ? { seats: jobs.leases } : {}),
  });
  const { intervalSeconds, ...enabled } = options.telemetry.collectors;
  const collectors = createCollectors({
    samples: metrics.intake,
    tally,
    clock,
    log,
    node: request.node,
    enabled,
    ownMetrics: request.ownMetrics,
    restarts: request.restarts,
    intervalMs: intervalSeconds * 1000,
  });
  const retention = createTelemetryRetention({
    columns,
    state,
    clock,
    log,
    holds: heldLogs(request.holds),
    budgetBytes: options.telemetry.budgetGb * gigabyte,
    dataDirectory: options.dataPath,
  });
  if (options.columns.enabled) {
    jobs.schedule({
      name: 'telemetry.retention',
      everyMs: retentionEveryMs,
      run: async () => retention.apply(),
    });
  }
  const door = {
    tally,
    clock,
    limits: {
      itemsPerSecond: ingest.itemsPerSecond,
      bytesPerSecond: Math.ceil(ingest.megabytesPerSecond * megabyte),
    },
  };

  const routes: readonly Routes[] = [
    remoteWriteRoutes({ ...door, samples: metrics.intake }),
    otlpRoutes({ ...door, samples: metrics.intake, records, spans }),
    ndjsonRoutes({ ...door, records }),
    lokiRoutes({ ...door, records }),
    ingestRoutes({ tally, scraper, metrics, columns, publicUrl: request.publicUrl, syslog }),
    logSearchRoutes({ search, streams, audit }),
    traceRoutes(createTraceReading({ columns, search, clock })),
    metricRulesRoutes(rules.metric),
    logRulesRoutes(rules.logs),
    telemetryRetentionRoutes(retention),
    prometheusRoutes({ ...metrics, clock, version, rules: rules.metric }),
    dashboardRoutes(createDashboards({ state, clock })),
  ];
  const parts: readonly Part[] = [
    { name: 'metrics', start: () => metrics.start(), stop: () => metrics.stop() },
    { name: 'live log tails', stop: () => streams.close() },
  ];
  const workers: readonly Part[] = [
    { name: 'collectors', start: () => collectors.start(), stop: () => collectors.stop() },
    { name: 'rules on telemetry', start: () => rules.start(), stop: () => rules.stop() },
    { name: 'scraper', start: () => scraper.start(), stop: () => scraper.stop() },
    { name: 'syslog', start: () => syslog.start(), stop: () => syslog.stop() },
  ];
  return {
    routes,
    parts,
    workers,
    selfChecks: [retention.selfCheck()],
    disconnect: streams.disconnect,
  };
}
