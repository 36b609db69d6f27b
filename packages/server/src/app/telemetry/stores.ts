import type { Identity } from '../../access/types.ts';
import type { Figure } from '../../http/metrics.ts';
import { createLogs } from '../../telemetry/logs/service.ts';
import { createMetrics } from '../../telemetry/metrics/service.ts';
import { createTelemetryRetention } from '../../telemetry/retention/service.ts';
import { createLogSearch } from '../../telemetry/search/service.ts';
import { createTailStreams } from '../../telemetry/search/tail-streams.ts';
import { createTraces } from '../../telemetry/traces/intake.ts';
import { heldLogs } from './held-logs.ts';
import type { JoinTelemetryRequest } from './request.ts';

const megabyte = 1024 * 1024;
const gigabyte = 1024 * megabyte;

/** Samples of a counter from amounts by the value of one label. */
const samplesOf = (label: string, amounts: ReadonlyMap<string, number>): Figure['samples'] =>
  [...amounts].map(([key, value]) => ({ labels: { [label]: key }, value }));

/** Where metrics, logs and traces are kept, how logs are searched, and for how long all of it stays. */
export function joinStores(request: JoinTelemetryRequest) {
  const { options, state, columns, clock, log } = request;
  const { metrics: bounds, logs: logOptions, budgetGb } = options.telemetry;
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
  const search = createLogSearch({ columns, state, clock });
  const logs = createLogs({
    columns,
    clock,
    log,
    rules: logOptions,
    onAccepted: (accepted) => search.tail.push(accepted),
  });
  const streams = createTailStreams<Identity>({ tail: search.tail, clock, log, recheck: request.recheck });
  const traces = createTraces({ columns, clock, log, redaction: logOptions.redaction });
  const retention = createTelemetryRetention({
    columns,
    state,
    clock,
    log,
    holds: heldLogs(request.holds),
    budgetBytes: budgetGb * gigabyte,
    dataDirectory: options.dataPath,
  });
  return {
    metrics,
    search,
    logs,
    streams,
    traces,
    retention,
    figures(): readonly Figure[] {
      const { accepted, masked } = logs.figures();
      return [
        {
          name: 'custos_log_records_total',
          help: 'Log records that were taken, by category.',
          type: 'counter',
          samples: samplesOf('category', accepted),
        },
        {
          name: 'custos_log_masked_total',
          help: 'Log records in which a redaction rule masked something.',
          type: 'counter',
          samples: samplesOf('rule', masked),
        },
      ];
    },
  };
}

export type TelemetryStores = ReturnType<typeof joinStores>;
