import { z } from 'zod';
import { id, labels, name, origin, time } from './common.ts';
import { personal, personalByShape } from './personal-data.ts';
import { criticality, probeKindName } from './probes.ts';

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;
const severityAliases: Readonly<Record<string, string>> = { error: 'high', warning: 'medium' };

/** Severity of an alert. `error` is read as `high` and `warning` as `medium`. */
export const severity = z.preprocess(
  (value) => (typeof value === 'string' ? (severityAliases[value] ?? value) : value),
  z.enum(severities),
);
export const severityName = z.enum(severities);
export type Severity = z.infer<typeof severityName>;

export const alertState = z.enum(['pending', 'firing', 'acknowledged', 'resolved']);
export type AlertState = z.infer<typeof alertState>;

/** Which probes a rule looks at; an empty list means any. All that is given must match. */
export const ruleSelector = z.object({
  probeIds: z.array(id).max(200).default([]),
  serviceIds: z.array(id).max(200).default([]),
  kinds: z.array(probeKindName).default([]),
  criticalities: z.array(criticality).default([]),
  labels: labels.default({}),
});
export type RuleSelector = z.output<typeof ruleSelector>;

export const comparison = z.enum(['>', '>=', '<', '<=', '==', '!=']);
export type Comparison = z.infer<typeof comparison>;

/** What a rule watches: the status of probes, or a figure that they measure. */
export const ruleCondition = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('probe-status'),
    statuses: z
      .array(z.enum(['down', 'degraded', 'unknown']))
      .min(1)
      .default(['down']),
  }),
  z.object({
    type: z.literal('probe-value'),
    /** Such as `cpu_percent`, `memory_percent`, `disk_percent`, `latency_ms`, `certificate_days`, `uptime_day_percent`. */
    value: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'must be the name of a value, such as cpu_percent')
      .max(64),
    comparison,
    threshold: z.number(),
  }),
]);
export type RuleCondition = z.output<typeof ruleCondition>;

const day = 86_400_000;
const ruleFields = {
  name,
  enabled: z.boolean().default(true),
  condition: ruleCondition,
  selector: ruleSelector.default({ probeIds: [], serviceIds: [], kinds: [], criticalities: [], labels: {} }),
  /** How long the condition must hold before the alert fires. */
  forMs: z.number().int().min(0).max(day).default(0),
  /** How long the alert stays after the condition has gone. */
  keepFiringForMs: z.number().int().min(0).max(day).default(0),
  /** `from-criticality` takes the criticality of the probe's service. */
  severity: z.union([z.literal('from-criticality'), severity]).default('from-criticality'),
  labels: labels.default({}),
  /** Liquid templates; see docs/alerting.md for what they can use. */
  annotations: z
    .object({ summary: z.string().max(500), description: z.string().max(4000) })
    .partial()
    .default({}),
  /** Channels; empty for the default ones. */
  channelIds: z.array(id).max(20).default([]),
  /** A key that resolved less than this ago opens again without a new page. */
  cooldownMs: z.number().int().min(0).max(day).default(0),
};
export const ruleInput = z.object(ruleFields);
export type RuleInput = z.output<typeof ruleInput>;
export const rulePatch = z
  .object({
    name,
    enabled: z.boolean(),
    condition: ruleCondition,
    selector: ruleSelector,
    forMs: ruleFields.forMs.unwrap(),
    keepFiringForMs: ruleFields.keepFiringForMs.unwrap(),
    severity: ruleFields.severity.unwrap(),
    labels,
    annotations: ruleFields.annotations.unwrap(),
    channelIds: ruleFields.channelIds.unwrap(),
    cooldownMs: ruleFields.cooldownMs.unwrap(),
  })
  .partial();
export type RulePatch = z.output<typeof rulePatch>;

export const rule = z.object({
  id,
  name: z.string(),
  enabled: z.boolean(),
  condition: ruleCondition,
  selector: ruleSelector,
  forMs: z.number(),
  keepFiringForMs: z.number(),
  severity: z.union([z.literal('from-criticality'), severityName]),
  labels: z.record(z.string(), z.string()),
  annotations: z.object({ summary: z.string(), description: z.string() }).partial(),
  channelIds: z.array(id),
  cooldownMs: z.number(),
  origin,
  createdAt: time,
  updatedAt: time,
  openAlerts: z.number(),
  lastEvaluatedAt: time.nullable(),
  /** The last error of its evaluation, such as a template that fails; null when it went well. */
  lastError: z.string().nullable(),
});
export type RuleView = z.infer<typeof rule>;

/** Those who take alerts see who has one already. */
const staffName = personal('name', { alsoFor: 'alert.acknowledge' });
/** What a check found, in the words of the other side; whoever takes alerts has to know it all. */
const found = personalByShape({ alsoFor: 'alert.acknowledge' });

export const alert = z.object({
  id,
  ruleId: id,
  ruleName: z.string(),
  state: alertState,
  severity: severityName,
  labels: z.record(z.string(), z.string()),
  summary: found(z.string()),
  description: found(z.string()),
  probeId: id.nullable(),
  serviceId: id.nullable(),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  flapping: z.boolean(),
  startedAt: time,
  firedAt: time.nullable(),
  acknowledgedAt: time.nullable(),
  acknowledgedBy: staffName(z.string().nullable()),
  resolvedAt: time.nullable(),
  /** `pending` until all its notifications are settled, then `delivered` or `failed`; null when none was due. */
  delivery: z.enum(['pending', 'delivered', 'failed']).nullable(),
});
export type AlertView = z.infer<typeof alert>;

export const alertEvent = z.object({
  at: time,
  type: z.enum([
    'pending',
    'firing',
    'acknowledged',
    'resolved',
    'reopened',
    'suppressed',
    'flapping',
    'expired',
  ]),
  actor: staffName(z.string().nullable()),
  note: found(z.string()),
});
export type AlertEventView = z.infer<typeof alertEvent>;
export const alertDetail = alert.extend({ history: z.array(alertEvent) });

export const alertListQuery = z.object({
  state: z.enum(['open', 'pending', 'firing', 'acknowledged', 'resolved']).optional(),
  severity: severityName.optional(),
  serviceId: id.optional(),
  probeId: id.optional(),
  ruleId: id.optional(),
  search: z.string().max(100).optional(),
});
export const acknowledgeRequest = z.object({ note: z.string().max(1000).default('') });
export const acknowledgeByLink = z.object({ token: z.string().max(300) });
