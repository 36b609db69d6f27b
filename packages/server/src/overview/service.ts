import type { OverallStatus, Overview, SystemStatus } from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { overall, plain } from './overall.ts';
import type { ProbeRow, Sources } from './types.ts';

const dayMs = 86_400_000;

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The host's figures, from the first host probe that has measured them. */
export function hostFigures(probes: readonly ProbeRow[]) {
  const values = probes.find((probe) => probe.kind === 'host')?.values ?? {};
  return {
    cpuPercent: values['cpu_percent'] ?? null,
    memoryPercent: values['memory_percent'] ?? null,
    diskPercent: values['disk_percent'] ?? null,
    load1: values['load_1m'] ?? values['load1'] ?? null,
  };
}

/** Parts of Custos itself that do not work as they should, in words. */
export function degradedParts(system: SystemStatus): { part: string; reason: string }[] {
  const parts: { part: string; reason: string }[] = [];
  if (!system.state.ok) parts.push({ part: 'state', reason: system.state.error ?? 'does not answer' });
  if (system.columns.state === 'down') {
    parts.push({
      part: 'columns',
      reason:
        `History is unavailable and waits on disk; checks and pages go on. ${system.columns.lastError ?? ''}`.trim(),
    });
  }
  if (system.columns.state === 'refusing') {
    parts.push({
      part: 'columns',
      reason:
        `New results are not taken and wait on disk; checks and pages go on. ${system.columns.lastError ?? ''}`.trim(),
    });
  }
  if (system.jobs.dead > 0) {
    parts.push({
      part: 'jobs',
      reason: `${system.jobs.dead} failed for good and wait to be replayed or discarded`,
    });
  }
  const age = system.outbox.oldestAgeMs;
  if (age !== null && age > 60_000) {
    parts.push({ part: 'outbox', reason: `a notification has waited for ${Math.round(age / 1000)} s` });
  }
  return parts;
}

/** Creates the view of everything at a glance. It keeps nothing: every call asks the domains. */
export function createOverview({ sources, clock }: { sources: Sources; clock: Clock }) {
  return {
    sources,

    async status(): Promise<{ status: OverallStatus; probes: readonly ProbeRow[] }> {
      const [probes, open] = await Promise.all([sources.probes(), sources.openAlerts()]);
      return { status: overall(probes, open), probes };
    },

    async get(): Promise<Overview> {
      const now = clock.now();
      const [probes, services, openAlerts, alertsDay, deliveries, system] = await Promise.all([
        sources.probes(),
        sources.services(),
        sources.openAlerts(),
        sources.alertsSince(now - dayMs),
        sources.deliveryCounts(),
        sources.system(),
      ]);
      const byService = Map.groupBy(probes, (probe) => probe.serviceId);
      const toRow = (probe: ProbeRow) => ({ ...probe, beats: [...probe.beats] });
      const rows: Overview['services'] = services.map((service) => ({
        ...service,
        probes: (byService.get(service.id) ?? []).map(toRow),
      }));
      const loose = byService.get(null) ?? [];
      if (loose.length > 0) {
        rows.push({
          id: null,
          name: 'Other probes',
          criticality: 'medium',
          status: worstStatus(loose),
          statusReason: '',
          statusSince: null,
          uptime: {
            day: mean(loose.map((probe) => probe.uptimeDay)),
            week: null,
            month: null,
            quarter: null,
          },
          probes: loose.map(toRow),
        });
      }
      return {
        status: overall(probes, openAlerts),
        at: now,
        services: rows,
        openAlerts: [...openAlerts],
        figures: {
          probes: countBy(probes),
          averageLatencyMs: mean(
            probes.filter((probe) => probe.status === 'up').map((probe) => probe.latencyMs),
          ),
          uptimeDay: mean(probes.map((probe) => probe.uptimeDay)),
          alertsDay,
          bySeverity: Object.fromEntries(
            [...Map.groupBy(openAlerts, (alert) => alert.severity)].map(([severity, all]) => [
              severity,
              all.length,
            ]),
          ),
          deliveries,
        },
        host: hostFigures(probes),
        degraded: degradedParts(system),
      };
    },

    system: () => sources.system(),
  };
}

export type OverviewService = ReturnType<typeof createOverview>;

function countBy(probes: readonly ProbeRow[]): Overview['figures']['probes'] {
  const counts = { up: 0, degraded: 0, down: 0, blocked: 0, paused: 0, maintenance: 0, unknown: 0 };
  for (const probe of probes) counts[probe.status] += 1;
  return counts;
}

/** The status of probes that belong to no service: that of the one in most trouble. */
function worstStatus(probes: readonly ProbeRow[]): ProbeRow['status'] {
  const order = ['critical', 'warning', 'unknown', 'healthy'];
  const sorted = probes.toSorted(
    (left, right) => order.indexOf(plain(left.status)) - order.indexOf(plain(right.status)),
  );
  return sorted[0]?.status ?? 'unknown';
}
