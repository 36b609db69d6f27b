import type { Figure } from '../../http/metrics.ts';
import type { Routes } from '../../http/types.ts';
import { dashboardRoutes } from '../../telemetry/dashboards/routes.ts';
import { createDashboards } from '../../telemetry/dashboards/service.ts';
import { prometheusRoutes } from '../../telemetry/prometheus/routes.ts';
import { telemetryRetentionRoutes } from '../../telemetry/retention/routes.ts';
import { logRulesRoutes } from '../../telemetry/rules/routes-log-rules.ts';
import { metricRulesRoutes } from '../../telemetry/rules/routes-metric-rules.ts';
import { createTelemetryRules } from '../../telemetry/rules/service.ts';
import { logSearchRoutes } from '../../telemetry/search/routes.ts';
import { createTraceReading } from '../../telemetry/traces/reading.ts';
import { traceRoutes } from '../../telemetry/traces/routes.ts';
import type { Part } from '../lifecycle.ts';
import { besideConfiguration, joinDoors } from './doors.ts';
import type { JoinTelemetryRequest } from './request.ts';
import { joinStores } from './stores.ts';

const retentionEveryMs = 5 * 60_000;
const rollUpEveryMs = 3_600_000;

/** Joins everything of telemetry: the doors, the stores of metrics, logs and traces, and what asks them. */
export function joinTelemetry(request: JoinTelemetryRequest) {
  const { options, version, state, columns, clock, log, audit, jobs } = request;
  const stores = joinStores(request);
  const { metrics, search, streams, retention } = stores;
  const doors = joinDoors(request, stores);
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
    ruleFiles: options.telemetry.rules.files.map(besideConfiguration(options)),
    externalLabels: options.telemetry.rules.externalLabels,
    externalUrl: options.publicUrl ?? '',
  });
  if (options.columns.enabled) {
    jobs.schedule({
      name: 'telemetry.retention',
      everyMs: retentionEveryMs,
      run: async () => retention.apply(),
    });
    jobs.schedule({
      name: 'telemetry.roll-up-days',
      everyMs: rollUpEveryMs,
      // The first time there may be months of samples; what is not done is done an hour later.
      timeoutMs: 50 * 60_000,
      run: async ({ signal }) => void (await metrics.rollUpDays(signal)),
    });
  }

  const routes: readonly Routes[] = [
    ...doors.routes,
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
    ...doors.workers,
    { name: 'rules on telemetry', start: () => rules.start(), stop: () => rules.stop() },
  ];
  return {
    routes,
    parts,
    workers,
    selfChecks: [retention.selfCheck()],
    figures: (): readonly Figure[] => [...doors.figures(), ...stores.figures()],
    /** Ends the live tails of identities that match, as after a sign-out. */
    disconnect: streams.disconnect,
    /** To be told when a legal hold is placed or released: what is held must not expire meanwhile. */
    async holdsChanged(): Promise<void> {
      if (options.columns.enabled) await retention.apply();
    },
  };
}
