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

/** The draft as configuration, where things are referred to by name. */
export function configOf(draft: RuleDraft, names: ReadonlyMap<string, string>): object {
  const { channelIds, selector, annotations, ...rest } = draft;
  const { serviceIds, probeIds, kinds, criticalities, labels } = selector;
  const named = (ids: readonly string[]): string[] => ids.flatMap((id) => names.get(id) ?? []);
  const filled = (parts: Record<string, object>): Record<string, object> =>
    Object.fromEntries(Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0));
  const chosen = filled({
    services: named(serviceIds),
    probes: named(probeIds),
    kinds,
    criticalities,
    labels,
  });
  return { ...rest, ...filled({ selector: chosen, channels: named(channelIds), annotations }) };
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
