import type { RuleView } from '@custos/contract';

/** A rule as the form holds it. */
export type RuleDraft = Pick<
  RuleView,
  | 'name'
  | 'enabled'
  | 'condition'
  | 'selector'
  | 'forMs'
  | 'keepFiringForMs'
  | 'severity'
  | 'annotations'
  | 'channelIds'
  | 'cooldownMs'
>;

export const emptyRule: RuleDraft = {
  name: '',
  enabled: true,
  condition: { type: 'probe-status', statuses: ['down'] },
  selector: { probeIds: [], serviceIds: [], kinds: [], criticalities: [], labels: {} },
  forMs: 0,
  keepFiringForMs: 0,
  severity: 'from-criticality',
  annotations: {},
  channelIds: [],
  cooldownMs: 300_000,
};

export function draftOf(rule: RuleView): RuleDraft {
  const { name, enabled, condition, selector, forMs, keepFiringForMs } = rule;
  const { severity, annotations, channelIds, cooldownMs } = rule;
  return {
    name,
    enabled,
    condition,
    selector,
    forMs,
    keepFiringForMs,
    severity,
    annotations,
    channelIds,
    cooldownMs,
  };
}

/** Values that the built-in kinds measure; any other name can be typed. */
export const knownValues = [
  'latency_ms',
  'cpu_percent',
  'memory_percent',
  'disk_percent',
  'certificate_days',
  'connections_percent',
  'uptime_day_percent',
];
