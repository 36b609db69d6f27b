import { z } from 'zod';
import { severityName } from './alerting.ts';
import { id, labels, name, origin, time } from './common.ts';

const day = 86_400_000;
const channelIds = z.array(id).max(20).default([]);

/** What a rule on metrics says of one set of labels right now. */
const ruleInstance = z.object({
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  state: z.enum(['pending', 'firing']),
  activeAt: time,
  value: z.number(),
});

/** One rule of a group, as Prometheus's rule files have it, and how it fares. */
const metricRule = z.object({
  kind: z.enum(['alert', 'record']),
  name: z.string(),
  expression: z.string(),
  forMs: z.number(),
  keepFiringForMs: z.number(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  state: z.enum(['inactive', 'pending', 'firing', 'recording']),
  health: z.enum(['ok', 'error', 'unknown']),
  lastError: z.string().nullable(),
  lastEvaluatedAt: time.nullable(),
  evaluationMs: z.number().nullable(),
  instances: z.array(ruleInstance),
});
export type MetricRuleView = z.infer<typeof metricRule>;

/** A group of rules that are evaluated one after the other at one interval. */
export const metricRuleGroup = z.object({
  id,
  name: z.string(),
  /** The rule file it came from; null for one made in the dashboard. */
  file: z.string().nullable(),
  origin,
  enabled: z.boolean(),
  intervalMs: z.number(),
  channelIds: z.array(id),
  rules: z.array(metricRule),
  /** The group in the notation of rule files. */
  source: z.string(),
  lastEvaluatedAt: time.nullable(),
  /** Evaluations that were not made in time, since Custos started. */
  missed: z.number(),
});
export type MetricRuleGroupView = z.infer<typeof metricRuleGroup>;
export const metricRuleGroups = z.object({ groups: z.array(metricRuleGroup) });

/** Groups in the notation of Prometheus's rule files: `groups: [{ name, interval, rules }]`. */
export const metricRulesInput = z.strictObject({
  source: z.string().min(1, 'must be a rule file').max(500_000),
  channelIds,
  enabled: z.boolean().default(true),
});
/** What is wrong with a rule file, with the place. */
export const metricRulesCheck = z.object({
  groups: z.number(),
  rules: z.number(),
  faults: z.array(
    z.object({ line: z.number().nullable(), group: z.string(), rule: z.string(), message: z.string() }),
  ),
});
export type MetricRulesCheck = z.infer<typeof metricRulesCheck>;

/** More than `threshold` matches of a search within `windowMs`, counted apart for each value of `by`. */
export const logRuleInput = z.strictObject({
  name,
  enabled: z.boolean().default(true),
  query: z.string().max(2000),
  by: z.array(z.string().min(1).max(200)).max(3).default([]),
  threshold: z.number().int().min(0).max(1_000_000_000),
  windowMs: z.number().int().min(10_000, 'must be at least 10 s').max(day),
  forMs: z.number().int().min(0).max(day).default(0),
  severity: severityName.default('medium'),
  labels: labels.default({}),
  summary: z.string().max(500).default(''),
  channelIds,
});
export type LogRuleInput = z.output<typeof logRuleInput>;
export const logRule = z.object({
  ...logRuleInput.shape,
  id,
  origin,
  createdAt: time,
  updatedAt: time,
  state: z.enum(['inactive', 'pending', 'firing']),
  lastEvaluatedAt: time.nullable(),
  lastError: z.string().nullable(),
  /** The most matches of one group at the last evaluation. */
  lastCount: z.number().nullable(),
});
export type LogRuleView = z.output<typeof logRule>;
export const logRules = z.object({ rules: z.array(logRule) });
