import { z } from 'zod';
import { id, labels, name, origin, time } from './common.ts';
import { personalByShape } from './personal-data.ts';

/** What a probe, a service or the whole installation is. `unknown`: not checked yet, or inconclusive. */
export const status = z.enum(['up', 'degraded', 'down', 'blocked', 'paused', 'maintenance', 'unknown']);
export type Status = z.infer<typeof status>;

/** What one check found. `inconclusive`: the fault was on our side, so it counts for nothing. */
export const resultStatus = z.enum(['up', 'degraded', 'down', 'inconclusive']);
export type ResultStatus = z.infer<typeof resultStatus>;

export const criticality = z.enum(['critical', 'high', 'medium', 'low']);
export type Criticality = z.infer<typeof criticality>;

export const probeKindName = z.enum([
  'http',
  'tcp',
  'dns',
  'tls',
  'postgres',
  'redis',
  'heartbeat',
  'host',
  'process',
]);
export type ProbeKindName = z.infer<typeof probeKindName>;

const probeFields = {
  name,
  kind: probeKindName,
  /** The service it belongs to, if any. */
  serviceId: id.nullable().default(null),
  /** Options of the kind; secrets are write-only and come back as `{ "secret": true }`. */
  options: z.record(z.string(), z.unknown()).default({}),
  intervalMs: z.number().int().min(1000, 'must be at least 1 s (1000)').max(86_400_000).default(30_000),
  timeoutMs: z.number().int().min(100).max(120_000).default(10_000),
  /** Down after this many failures among the last `failureWindow` checks (N of M). */
  failureCount: z.number().int().min(1).max(20).default(2),
  failureWindow: z.number().int().min(1).max(20).default(2),
  /** Tries again within one check before it counts as a failure. */
  retries: z.number().int().min(0).max(5).default(0),
  retryDelayMs: z.number().int().min(0).max(30_000).default(500),
  /** Slower than this is `degraded`; null for no budget. */
  latencyBudgetMs: z.number().int().min(1).max(120_000).nullable().default(null),
  /** Spread of the start of each check, so that many probes do not start together. */
  jitterMs: z.number().int().min(0).max(60_000).default(0),
  paused: z.boolean().default(false),
  labels: labels.default({}),
  /** Channels that its alerts go to; empty for the rule's, or the default ones. */
  channelIds: z.array(id).max(20).default([]),
};

export const probeInput = z.object(probeFields);
export type ProbeInput = z.output<typeof probeInput>;
/** A change: every field optional and none defaulted. Options are merged by key; a secret left out stays. */
export const probePatch = z
  .object({
    name,
    serviceId: id.nullable(),
    options: z.record(z.string(), z.unknown()),
    intervalMs: probeFields.intervalMs.unwrap(),
    timeoutMs: probeFields.timeoutMs.unwrap(),
    failureCount: probeFields.failureCount.unwrap(),
    failureWindow: probeFields.failureWindow.unwrap(),
    retries: probeFields.retries.unwrap(),
    retryDelayMs: probeFields.retryDelayMs.unwrap(),
    latencyBudgetMs: probeFields.latencyBudgetMs.unwrap(),
    jitterMs: probeFields.jitterMs.unwrap(),
    paused: z.boolean(),
    labels,
    channelIds: probeFields.channelIds.unwrap(),
  })
  .partial();
export type ProbePatch = z.output<typeof probePatch>;

/** What the other side of a check said; whoever sets checks up or takes alerts has to know it all. */
export const measured = personalByShape({ alsoFor: ['probe.edit', 'alert.acknowledge'] });

/** One check: when, what, how long, and the figures that the kind measures (units in their names). */
export const probeResult = z.object({
  at: time,
  status: resultStatus,
  latencyMs: z.number().nullable(),
  message: measured(z.string()),
  values: z.record(z.string(), z.number()),
});
export type ProbeResultView = z.infer<typeof probeResult>;

/** Shares of time up, 0 to 1; null where nothing was measured. */
export const uptime = z.object({
  day: z.number().nullable(),
  week: z.number().nullable(),
  month: z.number().nullable(),
  quarter: z.number().nullable(),
});
export type UptimeView = z.infer<typeof uptime>;

/** A tick of the heartbeat bar, oldest first. */
export const beat = z.object({
  at: time,
  status: z.enum([...resultStatus.options, 'maintenance']),
  latencyMs: z.number().nullable(),
});
export type BeatView = z.infer<typeof beat>;

export const probe = z.object({
  id,
  name: z.string(),
  kind: probeKindName,
  serviceId: id.nullable(),
  options: z.record(z.string(), z.unknown()),
  intervalMs: z.number(),
  timeoutMs: z.number(),
  failureCount: z.number(),
  failureWindow: z.number(),
  retries: z.number(),
  retryDelayMs: z.number(),
  latencyBudgetMs: z.number().nullable(),
  jitterMs: z.number(),
  paused: z.boolean(),
  labels: z.record(z.string(), z.string()),
  channelIds: z.array(id),
  origin,
  createdAt: time,
  updatedAt: time,
  status,
  /** Since when it has this status. */
  statusSince: time.nullable(),
  /** Why, in words; for `blocked` names the parent that is down. */
  statusReason: z.string(),
  lastResult: probeResult.nullable(),
  uptime,
  beats: z.array(beat),
  /** For a heartbeat: the address that the watched job calls. */
  pingUrl: z.string().nullable(),
});
export type ProbeView = z.infer<typeof probe>;

export const probeListQuery = z.object({
  serviceId: id.optional(),
  status: status.optional(),
  kind: probeKindName.optional(),
  search: z.string().max(100).optional(),
});

/** The outcome of a try or a run now. */
export const probeTryRequest = z.object({
  kind: probeKindName,
  options: z.record(z.string(), z.unknown()).default({}),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  latencyBudgetMs: z.number().int().min(1).nullable().default(null),
  /** Take secrets that are left out from this saved probe. */
  probeId: id.optional(),
});

export const timeRange = z.object({ from: time.optional(), to: time.optional() });

export const seriesQuery = timeRange.extend({
  /** Buckets at most. */
  points: z.coerce.number().int().min(10).max(2000).default(300),
  /** `latency_ms`, or a value that the kind measures. */
  value: z
    .string()
    .regex(/^[a-z][a-z0-9_]*$/)
    .max(64)
    .default('latency_ms'),
});
/** Columns of equal length for a chart: `times` in ms since the epoch, the start of each bucket. */
export const series = z.object({
  value: z.string(),
  stepMs: z.number(),
  times: z.array(z.number()),
  average: z.array(z.number().nullable()),
  minimum: z.array(z.number().nullable()),
  maximum: z.array(z.number().nullable()),
  p95: z.array(z.number().nullable()),
  /** Share of checks that failed, 0 to 1. */
  failed: z.array(z.number().nullable()),
});
export type SeriesView = z.infer<typeof series>;

/** A day of the long history. */
export const dayRollup = z.object({
  /** `2026-11-21`, UTC. */
  day: z.string(),
  checks: z.number(),
  up: z.number(),
  degraded: z.number(),
  down: z.number(),
  uptime: z.number().nullable(),
  averageMs: z.number().nullable(),
  p95Ms: z.number().nullable(),
});
export type DayRollupView = z.infer<typeof dayRollup>;

/** A change of status, kept in State. */
export const statusChange = z.object({
  id,
  probeId: id,
  at: time,
  from: status,
  to: status,
  reason: measured(z.string()),
  /** How long the new status lasted; null while it lasts. */
  durationMs: z.number().nullable(),
});
export type StatusChangeView = z.infer<typeof statusChange>;

const serviceFields = {
  name,
  description: z.string().max(1000).default(''),
  criticality: criticality.default('medium'),
  /** Ids of the services it needs; a child of a down parent is `blocked`. */
  dependsOn: z.array(id).max(50).default([]),
  /** Share of time up that is promised, such as 0.999. */
  sloTarget: z.number().gt(0).lt(1).default(0.999),
  sloWindowDays: z.number().int().min(1).max(366).default(30),
  labels: labels.default({}),
};
export const serviceInput = z.object(serviceFields);
export type ServiceInput = z.output<typeof serviceInput>;
export const servicePatch = z
  .object({
    name,
    description: serviceFields.description.unwrap(),
    criticality,
    dependsOn: serviceFields.dependsOn.unwrap(),
    sloTarget: serviceFields.sloTarget.unwrap(),
    sloWindowDays: serviceFields.sloWindowDays.unwrap(),
    labels,
  })
  .partial();
export type ServicePatch = z.output<typeof servicePatch>;
export const service = z.object({
  id,
  name: z.string(),
  description: z.string(),
  criticality,
  dependsOn: z.array(id),
  sloTarget: z.number(),
  sloWindowDays: z.number(),
  labels: z.record(z.string(), z.string()),
  origin,
  createdAt: time,
  updatedAt: time,
  status,
  statusSince: time.nullable(),
  statusReason: z.string(),
  probeIds: z.array(id),
  uptime,
  /** Share of the error budget that is left in the window, 0 to 1, negative when overspent; null without data. */
  errorBudgetLeft: z.number().nullable(),
});
export type ServiceView = z.infer<typeof service>;

const oneOff = z.object({ type: z.literal('once'), startsAt: time, endsAt: time });
const recurring = z.object({
  type: z.literal('recurring'),
  /** Five-field cron expression for each start. */
  cron: z.string().max(100),
  durationMs: z
    .number()
    .int()
    .min(60_000)
    .max(7 * 86_400_000),
  /** IANA name such as `Europe/Berlin`. */
  timeZone: z.string().max(64).default('UTC'),
});
export const maintenanceInput = z.object({
  title: name,
  schedule: z.discriminatedUnion('type', [oneOff, recurring]),
  serviceIds: z.array(id).max(200).default([]),
  probeIds: z.array(id).max(200).default([]),
  /** True for everything. */
  everything: z.boolean().default(false),
});
export type MaintenanceInput = z.output<typeof maintenanceInput>;
export const maintenance = maintenanceInput.extend({
  id,
  origin,
  active: z.boolean(),
  /** The start that is running or comes next; null when it is over. */
  nextStartsAt: time.nullable(),
  nextEndsAt: time.nullable(),
  createdAt: time,
});
export type MaintenanceView = z.infer<typeof maintenance>;
