import type { Alerting } from '../alerting/service.ts';
import type { Figure } from '../http/metrics.ts';
import type { Probes } from '../probes/service.ts';
import type { createSystemStatus } from './system-status.ts';

/** Custos's own figures for `/metrics`: what is watched, what is open, what waits. */
export async function collectFigures({
  system,
  probes,
  alerting,
}: {
  readonly system: ReturnType<typeof createSystemStatus>;
  readonly probes: Probes;
  readonly alerting: Alerting;
}): Promise<Figure[]> {
  const [status, rows, open] = await Promise.all([
    system.get(),
    probes.overviewRows(),
    alerting.alerts.list({ state: 'open' }, { limit: 500 }),
  ]);
  const { lagP50Ms, lagP99Ms, running } = probes.health();
  const byStatus = Map.groupBy(rows, (row) => row.status);
  const bySeverity = Map.groupBy(open, (alert) => alert.severity);
  const gauge = (name: string, help: string, value: number): Figure => ({
    name,
    help,
    type: 'gauge',
    samples: [{ value }],
  });
  return [
    {
      name: 'custos_probes',
      help: 'Probes by status.',
      type: 'gauge',
      samples: [...byStatus].map(([word, all]) => ({ labels: { status: word }, value: all.length })),
    },
    {
      name: 'custos_probe_up',
      help: '1 when the probe is up, 0 when it is degraded, blocked or down; absent otherwise.',
      type: 'gauge',
      samples: rows
        .filter((row) => ['up', 'degraded', 'blocked', 'down'].includes(row.status))
        .map((row) => ({ labels: { probe: row.name, kind: row.kind }, value: row.status === 'up' ? 1 : 0 })),
    },
    {
      name: 'custos_open_alerts',
      help: 'Alerts that fire, by severity.',
      type: 'gauge',
      samples: [...bySeverity].map(([severity, all]) => ({ labels: { severity }, value: all.length })),
    },
    gauge('custos_outbox_pending', 'Notifications that are not delivered yet.', status.outbox.pending),
    gauge(
      'custos_outbox_oldest_seconds',
      'Age of the oldest of them.',
      (status.outbox.oldestAgeMs ?? 0) / 1000,
    ),
    gauge('custos_jobs_pending', 'Jobs that wait.', status.jobs.pending),
    gauge('custos_jobs_dead', 'Jobs that failed for good.', status.jobs.dead),
    gauge('custos_columns_up', '1 when the columns store answers.', status.columns.state === 'up' ? 1 : 0),
    gauge('custos_columns_restarts', 'Restarts of the columns store.', status.columns.restarts),
    gauge(
      'custos_columns_spooled_bytes',
      'Rows that wait for the columns store.',
      status.columns.spooledBytes,
    ),
    gauge('custos_scheduler_lag_p50_seconds', 'How late checks start, median.', lagP50Ms / 1000),
    gauge('custos_scheduler_lag_p99_seconds', 'How late checks start, 99th percentile.', lagP99Ms / 1000),
    gauge('custos_checks_running', 'Checks that run at this moment.', running),
  ];
}
