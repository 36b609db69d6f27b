import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Routes } from '../../http/types.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import type { State } from '../../storage/state/state.ts';
import { dashboardRoutes } from '../../telemetry/dashboards/routes.ts';
import { createDashboards } from '../../telemetry/dashboards/service.ts';
import { remoteWriteRoutes } from '../../telemetry/ingest/routes-remote-write.ts';
import { createTally } from '../../telemetry/ingest/tally.ts';
import { createMetrics } from '../../telemetry/metrics/service.ts';
import { prometheusRoutes } from '../../telemetry/prometheus/routes.ts';
import type { Part } from '../lifecycle.ts';
import type { Options } from '../options.ts';

export interface JoinTelemetryRequest {
  readonly options: Options;
  readonly version: string;
  readonly state: State;
  readonly columns: Columns;
  readonly clock: Clock;
  readonly log: Logger;
}

const megabyte = 1024 * 1024;

/** Joins everything of telemetry: the doors, the stores of metrics, logs and traces, and what asks them. */
export function joinTelemetry({ options, version, state, columns, clock, log }: JoinTelemetryRequest) {
  const { metrics: bounds, ingest } = options.telemetry;
  const tally = createTally(clock);
  const metrics = createMetrics({
    columns,
    clock,
    log,
    // Nodes that share a ClickHouse server each hold a part of the samples in memory.
    shared: options.columnsUrl !== null,
    limits: {
      series: bounds.maxSeries,
      newSeriesPerMinute: bounds.newSeriesPerMinute,
      headMs: bounds.headMinutes * 60_000,
      headBytes: bounds.headMb * megabyte,
    },
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
    remoteWriteRoutes({ ...door, samples: metrics.intake }),
    prometheusRoutes({ ...metrics, clock, version, rules: { list: async () => [] } }),
    dashboardRoutes(createDashboards({ state, clock })),
  ];
  const parts: readonly Part[] = [
    { name: 'metrics', start: () => metrics.start(), stop: () => metrics.stop() },
  ];
  return { routes, parts, metrics };
}
