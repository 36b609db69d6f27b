import { z } from 'zod';
import { id, name, origin, time } from './common.ts';

const panelQuery = z.strictObject({
  /** PromQL; `$name` stands for a variable of the dashboard. */
  expression: z.string().min(1, 'must be a PromQL expression').max(5000),
  /** `{{label}}` stands for the value of a label; empty for all labels. */
  legend: z.string().max(200).default(''),
});

/** How a panel writes values. */
export const panelUnits = [
  'none',
  'percent',
  'ratio',
  'bytes',
  'bytes-per-second',
  'seconds',
  'milliseconds',
  'per-second',
  'count',
] as const;

/** One chart, figure, table or text; a place on a grid of 12 columns. */
const panel = z.strictObject({
  id: z.string().min(1).max(40),
  title: z.string().max(120).default(''),
  kind: z.enum(['chart', 'figure', 'table', 'logs', 'text']),
  queries: z.array(panelQuery).max(10).default([]),
  /** A log search, for `logs`. */
  search: z.string().max(2000).default(''),
  /** Plain text, for `text`. */
  text: z.string().max(5000).default(''),
  unit: z.enum(panelUnits).default('none'),
  stacked: z.boolean().default(false),
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  thresholds: z
    .array(z.strictObject({ value: z.number(), level: z.enum(['warning', 'critical']) }))
    .max(10)
    .default([]),
  x: z.number().int().min(0).max(11),
  y: z.number().int().min(0).max(1000),
  width: z.number().int().min(1).max(12),
  height: z.number().int().min(1).max(40),
});
export type PanelView = z.output<typeof panel>;

const variable = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,39}$/, 'must be letters, digits and _'),
  title: z.string().max(80).default(''),
  /** Where its values come from: `label_values(metric, label)`, or a list. */
  source: z.union([
    z.strictObject({ label: z.string().min(1).max(200), selector: z.string().max(1000).default('') }),
    z.strictObject({ values: z.array(z.string().max(200)).min(1).max(200) }),
  ]),
  multiple: z.boolean().default(false),
  default: z.array(z.string().max(200)).max(50).default([]),
});

export const dashboardInput = z.strictObject({
  name,
  description: z.string().max(500).default(''),
  /** Others see it. */
  shared: z.boolean().default(true),
  variables: z.array(variable).max(10).default([]),
  panels: z.array(panel).max(60).default([]),
});
export type DashboardInput = z.output<typeof dashboardInput>;
/** A change; `basedOn` is the `updatedAt` of what the editor saw, so that nobody's change is overwritten. */
export const dashboardUpdate = dashboardInput.extend({ basedOn: time.optional() });
export const dashboard = z.object({
  ...dashboardInput.shape,
  id,
  origin,
  own: z.boolean(),
  createdAt: time,
  updatedAt: time,
});
export type DashboardView = z.output<typeof dashboard>;
export const dashboardSummary = dashboard
  .omit({ panels: true, variables: true })
  .extend({ panels: z.number() });
export type DashboardSummaryView = z.output<typeof dashboardSummary>;
