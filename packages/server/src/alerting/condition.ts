import type { Comparison, RuleCondition, RuleSelector } from '@custos/contract';
import { labelsInclude } from '../base/labels.ts';
import type { ProbeFacts } from '../probes/types.ts';

/**
 * What a rule says of a probe. `unclear` (nothing was measured) changes nothing: it neither opens an alert
 * nor ends one. `suspended` (blocked by a parent, or in maintenance) is the same, and an alert that was
 * only pending is forgotten.
 */
export interface Verdict {
  readonly says: 'holds' | 'clear' | 'unclear' | 'suspended';
  readonly value: number | null;
  readonly threshold: number | null;
}

const compare: Readonly<Record<Comparison, (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
};

/** True when the rule looks at this probe. An empty list in the selector means any. */
export function selects(selector: RuleSelector, facts: ProbeFacts): boolean {
  return (
    (selector.probeIds.length === 0 || selector.probeIds.includes(facts.probeId)) &&
    (selector.serviceIds.length === 0 ||
      (facts.serviceId !== null && selector.serviceIds.includes(facts.serviceId))) &&
    (selector.kinds.length === 0 || selector.kinds.includes(facts.kind)) &&
    (selector.criticalities.length === 0 || selector.criticalities.includes(facts.criticality)) &&
    labelsInclude(facts.labels, selector.labels)
  );
}

/**
 * Returns what the condition says of these facts.
 *
 * A paused probe is clear: nobody watches it, so nothing about it can be open. A probe that is blocked by
 * its parent or in maintenance is suspended: its state says nothing about itself. A value that was not
 * measured is unclear, because no data is not zero.
 */
export function judge(condition: RuleCondition, facts: ProbeFacts): Verdict {
  const silent = { value: null, threshold: null };
  if (facts.status === 'paused') return { says: 'clear', ...silent };
  if (facts.status === 'blocked' || facts.status === 'maintenance') return { says: 'suspended', ...silent };

  if (condition.type === 'probe-status') {
    const watched: readonly string[] = condition.statuses;
    if (watched.includes(facts.status)) return { says: 'holds', ...silent };
    return { says: facts.status === 'unknown' ? 'unclear' : 'clear', ...silent };
  }

  const value = facts.values[condition.value];
  if (value === undefined || Number.isNaN(value)) return { says: 'unclear', ...silent };
  const holds = compare[condition.comparison](value, condition.threshold);
  return { says: holds ? 'holds' : 'clear', value, threshold: condition.threshold };
}
