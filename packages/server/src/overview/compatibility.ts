import type {
  alertsBody,
  dashboardBody,
  detailedHealthBody,
  healthBody,
  metricSamples,
  metricsBody,
  statusBody,
  AlertBody,
  AlertView,
  CheckBody,
  OverallStatus,
} from '@custos/contract';
import type { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { notFound } from '../base/errors.ts';
import { ofKinds, overall, plain, worst } from './overall.ts';
import { degradedParts, hostFigures } from './service.ts';
import type { ProbeRow, Sources } from './types.ts';

type Metrics = z.output<typeof metricsBody>;

const dayMs = 86_400_000;

function toCheck(probe: ProbeRow): CheckBody {
  return {
    id: probe.id,
    name: probe.name,
    kind: probe.kind,
    status: plain(probe.status),
    message: probe.statusReason,
    latencyMs: probe.latencyMs,
    since: probe.statusSince,
  };
}

function toAlertBody(alert: AlertView): AlertBody {
  return {
    id: alert.id,
    severity: alert.severity,
    status: alert.state === 'pending' ? 'firing' : alert.state,
    title: alert.summary,
    message: alert.description,
    timestamp: alert.firedAt ?? alert.startedAt,
    resolvedAt: alert.resolvedAt,
  };
}

function resources(probes: readonly ProbeRow[]): Metrics['resources'] {
  const { memoryPercent, cpuPercent, diskPercent } = hostFigures(probes);
  return { memoryUsage: memoryPercent, cpuUsage: cpuPercent, diskUsage: diskPercent };
}

/** Answers the paths of other systems in their shapes, from the same facts as the overview. */
export function createCompatibility({ sources, clock }: { sources: Sources; clock: Clock }) {
  function metrics(probes: readonly ProbeRow[]): Metrics {
    const traffic = sources.traffic();
    return {
      performance: {
        responseTime: { avg: traffic.averageMs, p95: traffic.p95Ms, p99: traffic.p99Ms },
        throughput: {
          requestsPerSecond: traffic.requestsPerSecond,
          requestsPerMinute: traffic.requestsPerMinute,
        },
      },
      resources: resources(probes),
    };
  }

  async function health(): Promise<{ body: z.output<typeof healthBody>; probes: readonly ProbeRow[] }> {
    const [probes, open, activeUsers, system] = await Promise.all([
      sources.probes(),
      sources.openAlerts(),
      sources.activeUsers(),
      sources.system(),
    ]);
    const ownDatabase: OverallStatus = system.state.ok ? 'healthy' : 'critical';
    const http = probes.filter((probe) => probe.kind === 'http' && probe.latencyMs !== null);
    const responseTime = http.reduce((sum, probe) => sum + (probe.latencyMs ?? 0), 0) / http.length;
    const body = {
      status: worst([overall(probes, open), ownDatabase].filter((status) => status !== 'unknown')),
      timestamp: clock.now(),
      services: {
        database: worst(
          [ofKinds(probes, ['postgres']), ownDatabase].filter((status) => status !== 'unknown'),
        ),
        cache: ofKinds(probes, ['redis']),
        // This answer is itself a sign of life, so the API is healthy unless a watched one is not.
        api: worst([ofKinds(probes, ['http']), 'healthy' as const].filter((status) => status !== 'unknown')),
      },
      metrics: {
        responseTime: http.length === 0 ? null : responseTime,
        uptime: Math.round(system.process.uptimeMs / 1000),
        activeUsers,
      },
    };
    return { body, probes };
  }

  return {
    async health(): Promise<z.output<typeof healthBody>> {
      return (await health()).body;
    },

    async detailed(): Promise<z.output<typeof detailedHealthBody>> {
      const { body, probes } = await health();
      const degraded = degradedParts(await sources.system());
      return { ...body, checks: probes.map(toCheck), resources: resources(probes), degraded };
    },

    async metrics(): Promise<Metrics> {
      return metrics(await sources.probes());
    },

    /** The last samples of a figure: `PROBE/value`, or the value of the first probe that measures it. */
    async samples(metric: string, count: number): Promise<z.output<typeof metricSamples>> {
      const probes = await sources.probes();
      const split = metric.lastIndexOf('/');
      const name = split === -1 ? null : metric.slice(0, split);
      const value = metric.slice(split + 1);
      const probe = probes.find(
        (candidate) =>
          (name === null || candidate.name === name) && (value === 'latency_ms' || value in candidate.values),
      );
      if (probe === undefined) throw notFound('metric', metric);
      const series = await sources.series(probe.id, value, Math.min(2000, Math.max(10, count)));
      const samples = series.times.flatMap((timestamp, index) => {
        const sample = series.average[index];
        return sample === null || sample === undefined ? [] : [{ timestamp, value: sample }];
      });
      return { metric, samples: samples.slice(-count) };
    },

    async status(): Promise<z.output<typeof statusBody>> {
      const now = clock.now();
      const [probes, open, alertCount24h] = await Promise.all([
        sources.probes(),
        sources.openAlerts(),
        sources.alertsSince(now - dayMs),
      ]);
      return {
        overall: overall(probes, open),
        timestamp: now,
        checks: probes.map(toCheck),
        metrics: metrics(probes),
        activeAlerts: open.map(toAlertBody),
        alertCount24h,
      };
    },

    async dashboard(): Promise<z.output<typeof dashboardBody>> {
      const now = clock.now();
      const [probes, services, open, last24h, system] = await Promise.all([
        sources.probes(),
        sources.services(),
        sources.openAlerts(),
        sources.alertsSince(now - dayMs),
        sources.system(),
      ]);
      return {
        status: overall(probes, open),
        timestamp: now,
        uptimeSeconds: Math.round(system.process.uptimeMs / 1000),
        services: services.map(({ name, status, uptime }) => ({
          name,
          status: plain(status),
          uptime24h: uptime.day,
        })),
        alerts: { active: open.map(toAlertBody), last24h },
        metrics: metrics(probes),
      };
    },

    async alerts(): Promise<z.output<typeof alertsBody>> {
      const alerts = (await sources.recentAlerts(100)).map(toAlertBody);
      return { alerts, total: alerts.length };
    },
  };
}

export type Compatibility = ReturnType<typeof createCompatibility>;
