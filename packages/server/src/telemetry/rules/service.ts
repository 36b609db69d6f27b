import type { StreamEvent } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Labels } from '../../base/labels.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import type { PromqlEngine } from '../promql/engine.ts';
import type { AlertSink, SampleIntake } from '../types.ts';
import { createLogRules } from './log-rules.ts';
import { createLogRunner } from './log-runner.ts';
import type { CountLogs } from './types.ts';
import { createMetricRules } from './metric-rules.ts';
import { createRunner } from './runner.ts';
import { createSeriesWriter } from './series-writer.ts';
import type { Seats } from './types.ts';

export interface TelemetryRulesOptions {
  readonly state: State;
  readonly engine: PromqlEngine;
  /** Where recording rules and `ALERTS` are written. */
  readonly samples: SampleIntake;
  readonly countLogs: CountLogs;
  /** Throws `invalid_input` when a search over logs cannot be read; without it any text passes. */
  readonly checkLogQuery?: (query: string) => void;
  readonly alerts: AlertSink;
  /** `jobs.leases`: of several nodes, one evaluates. */
  readonly seats: Seats;
  readonly clock: Clock;
  readonly log: Logger;
  readonly publish?: (event: StreamEvent) => void;
  /** Rule files of the configuration: paths, or patterns such as `rules/*.yml`. */
  readonly ruleFiles?: readonly string[];
  /** What templates know as `$externalLabels` and `$externalURL`. */
  readonly externalLabels?: Labels;
  readonly externalUrl?: string;
}

const seatName = 'telemetry.rules';
/** A node learns of changes by word, and looks by itself this often in case the word was lost. */
const refreshMs = 30_000;

/** Creates the rules on metrics and logs: they are evaluated on schedule, and what they find becomes alerts. */
export function createTelemetryRules(options: TelemetryRulesOptions) {
  const { state, engine, alerts, clock, log, seats } = options;
  const publish = options.publish ?? (() => undefined);
  const surroundings = {
    externalLabels: options.externalLabels ?? {},
    externalUrl: options.externalUrl ?? '',
  };
  const shared = { state, alerts, clock, log, surroundings };
  const metricRunner = createRunner({ ...shared, engine, writer: createSeriesWriter(options.samples) });
  const logRunner = createLogRunner({ ...shared, count: options.countLogs });
  const metric = createMetricRules({
    state,
    clock,
    log,
    publish,
    runner: metricRunner,
    files: options.ruleFiles ?? [],
  });
  const logs = createLogRules({
    state,
    clock,
    log,
    publish,
    runner: logRunner,
    checkQuery: options.checkLogQuery ?? (() => undefined),
  });
  const stopping = new AbortController();
  let seat: ReturnType<Seats['hold']> | undefined;
  let refreshing: Promise<void> = Promise.resolve();

  async function refresh(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(refreshMs, stopping.signal);
      if (stopping.signal.aborted) return;
      try {
        await metric.refresh();
        await logs.refresh();
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'rules could not be looked up; trying again');
      }
    }
  }

  return {
    metric,
    logs,
    /** Reads the rules and begins to evaluate once this node has the seat. Raises `invalid_input` for a faulty file. */
    async start(): Promise<void> {
      await metric.start();
      await logs.start();
      seat = seats.hold(seatName, {
        async onGained(hold) {
          await metricRunner.begin(hold);
          await logRunner.begin(hold);
        },
        async onLost() {
          await Promise.all([metricRunner.end(), logRunner.end()]);
        },
      });
      refreshing = refresh();
    },
    async stop(): Promise<void> {
      stopping.abort();
      await seat?.stop();
      await refreshing;
      metric.stop();
      logs.stop();
    },
  };
}
