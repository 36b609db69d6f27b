import { z } from 'zod';
import { id, time } from './common.ts';
import { severityName } from './alerting.ts';

/**
 * The shapes that the dashboards of other systems read at `/api/health`, `/api/health/detailed`,
 * `/api/metrics`, `/api/status`, `/api/dashboard` and `/api/alerts`. They are kept as those systems know
 * them; new clients use `/api/v1/`.
 */
const plainStatus = z.enum(['healthy', 'warning', 'critical', 'unknown']);

const healthMetrics = z.object({
  /** Average answer of the watched HTTP services in ms; null when none is watched. */
  responseTime: z.number().nullable(),
  /** Seconds since Custos started. */
  uptime: z.number(),
  /** People signed in to Custos. */
  activeUsers: z.number().int(),
});

export const healthBody = z.object({
  status: plainStatus,
  timestamp: time,
  services: z.object({ database: plainStatus, cache: plainStatus, api: plainStatus }),
  metrics: healthMetrics,
});

export const checkBody = z.object({
  id: id.nullable(),
  name: z.string(),
  kind: z.string(),
  status: plainStatus,
  message: z.string(),
  latencyMs: z.number().nullable(),
  since: time.nullable(),
});
export type CheckBody = z.infer<typeof checkBody>;

export const resourcesBody = z.object({
  memoryUsage: z.number().nullable(),
  cpuUsage: z.number().nullable(),
  diskUsage: z.number().nullable(),
});

export const detailedHealthBody = healthBody.extend({
  checks: z.array(checkBody),
  resources: resourcesBody,
  degraded: z.array(z.object({ part: z.string(), reason: z.string() })),
});
export type DetailedHealthBody = z.infer<typeof detailedHealthBody>;

export const metricsBody = z.object({
  performance: z.object({
    /** Of the requests that Custos itself answered in the last minute, ms. */
    responseTime: z.object({
      avg: z.number().nullable(),
      p95: z.number().nullable(),
      p99: z.number().nullable(),
    }),
    throughput: z.object({ requestsPerSecond: z.number(), requestsPerMinute: z.number() }),
  }),
  resources: resourcesBody,
});

/** The last samples of one figure; `metric` is `PROBE NAME/value` or a host value such as `cpu_percent`. */
export const metricSamples = z.object({
  metric: z.string(),
  samples: z.array(z.object({ timestamp: time, value: z.number() })),
});
export const metricsQuery = z.object({
  metric: z.string().max(200).optional(),
  samples: z.coerce.number().int().min(1).max(5000).default(100),
});

export const alertBody = z.object({
  id,
  severity: severityName,
  status: z.enum(['firing', 'acknowledged', 'resolved']),
  title: z.string(),
  message: z.string(),
  timestamp: time,
  resolvedAt: time.nullable(),
});
export type AlertBody = z.infer<typeof alertBody>;
export const alertsBody = z.object({ alerts: z.array(alertBody), total: z.number().int() });

/** Row T15: overall health, each check, metrics, active alerts, alert count in 24 h. */
export const statusBody = z.object({
  overall: plainStatus,
  timestamp: time,
  checks: z.array(checkBody),
  metrics: metricsBody,
  activeAlerts: z.array(alertBody),
  alertCount24h: z.number().int(),
});

export const dashboardBody = z.object({
  status: plainStatus,
  timestamp: time,
  uptimeSeconds: z.number(),
  services: z.array(z.object({ name: z.string(), status: plainStatus, uptime24h: z.number().nullable() })),
  alerts: z.object({ active: z.array(alertBody), last24h: z.number().int() }),
  metrics: metricsBody,
});
