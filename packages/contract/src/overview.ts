import { z } from 'zod';
import { alert, severityName } from './alerting.ts';
import { id, time } from './common.ts';
import { beat, criticality, probeKindName, status, uptime } from './probes.ts';
import { deliveryCounts } from './notify.ts';

export const overallStatus = z.enum(['healthy', 'warning', 'critical', 'unknown']);
export type OverallStatus = z.infer<typeof overallStatus>;

/** A probe as one line of the overview. */
export const overviewProbe = z.object({
  id,
  name: z.string(),
  kind: probeKindName,
  status,
  statusReason: z.string(),
  statusSince: time.nullable(),
  latencyMs: z.number().nullable(),
  uptimeDay: z.number().nullable(),
  beats: z.array(beat),
});
/** A service with its probes; probes that belong to none come under `id: null`. */
export const overviewService = z.object({
  id: id.nullable(),
  name: z.string(),
  criticality,
  status,
  statusReason: z.string(),
  statusSince: time.nullable(),
  uptime,
  probes: z.array(overviewProbe),
});
export const overview = z.object({
  status: overallStatus,
  at: time,
  services: z.array(overviewService),
  openAlerts: z.array(alert),
  figures: z.object({
    probes: z.record(status, z.number()),
    averageLatencyMs: z.number().nullable(),
    uptimeDay: z.number().nullable(),
    alertsDay: z.number(),
    bySeverity: z.partialRecord(severityName, z.number()),
    deliveries: deliveryCounts,
  }),
  /** The host's present figures, in percent; null where not measured. */
  host: z.object({
    cpuPercent: z.number().nullable(),
    memoryPercent: z.number().nullable(),
    diskPercent: z.number().nullable(),
    load1: z.number().nullable(),
  }),
  /** Parts of Custos that do not work as they should, in words. */
  degraded: z.array(z.object({ part: z.string(), reason: z.string() })),
});
export type Overview = z.infer<typeof overview>;

/** The state of Custos itself. */
export const systemStatus = z.object({
  version: z.string(),
  node: z.string(),
  startedAt: time,
  state: z.object({ dialect: z.enum(['sqlite', 'postgres']), ok: z.boolean(), error: z.string().nullable() }),
  columns: z.object({
    kind: z.enum(['embedded', 'server', 'disabled']),
    /** `disabled`, `starting`, `up`, `down`, or `refusing` when it answers and takes no rows. */
    state: z.string(),
    restarts: z.number(),
    lastError: z.string().nullable(),
    spooledBytes: z.number(),
    memoryBytes: z.number().nullable(),
  }),
  process: z.object({
    memoryBytes: z.number(),
    heapBytes: z.number(),
    uptimeMs: z.number(),
    eventLoopDelayMs: z.number(),
  }),
  jobs: z.object({ pending: z.number(), running: z.number(), dead: z.number() }),
  outbox: z.object({ pending: z.number(), oldestAgeMs: z.number().nullable() }),
});
export type SystemStatus = z.infer<typeof systemStatus>;

/** Settings that the dashboard may change. */
export const settings = z.object({
  /** The address that links in messages use, such as `https://custos.example.com`. */
  publicUrl: z.url({ protocol: /^https?$/ }).nullable(),
  installationName: z.string().trim().min(1).max(60),
  /** IANA name; used for new recurring windows and shown beside UTC. */
  timeZone: z.string().max(64),
  /**
   * Private hosts and ranges that probes and channels may reach, beside those of the configuration file:
   * `10.0.0.0/8`, `db.internal`, `*.lan`, or `private` for all private space.
   */
  internalTargets: z.array(z.string().trim().min(1).max(255)).max(200),
});
export type Settings = z.infer<typeof settings>;
export const settingsPatch = settings.partial();
