import type { RuleView } from '@custos/contract';
import { duration, valueTitle } from '../../ui/format.ts';

/** When a rule fires, as a sentence. */
export function conditionWords(rule: Pick<RuleView, 'condition' | 'forMs'>): string {
  const { condition, forMs } = rule;
  const lasting = forMs === 0 ? '' : ` for ${duration(forMs)}`;
  if (condition.type === 'probe-status') return `A probe is ${condition.statuses.join(' or ')}${lasting}`;
  return `${valueTitle(condition.value)} ${condition.comparison} ${condition.threshold}${lasting}`;
}

/** Which probes it looks at, as a phrase. */
export function selectorWords({ selector }: Pick<RuleView, 'selector'>): string {
  const parts = [
    ...(selector.kinds.length > 0 ? [selector.kinds.join(', ')] : []),
    ...(selector.probeIds.length > 0 ? [`${selector.probeIds.length} named probes`] : []),
    ...(selector.serviceIds.length > 0 ? [`${selector.serviceIds.length} services`] : []),
    ...(selector.criticalities.length > 0 ? [`importance ${selector.criticalities.join(', ')}`] : []),
    ...Object.entries(selector.labels).map(([name, value]) => `${name}=${value}`),
  ];
  return parts.length === 0 ? 'every probe' : parts.join(' and ');
}
