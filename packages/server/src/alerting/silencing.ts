import type { RuleInput, RulePatch } from '@custos/contract';

type Rule = Pick<RuleInput, 'enabled' | 'severity' | 'selector'>;

/**
 * True when alerts of the rule can be critical: it says so, or takes the criticality of what it watches and
 * does not leave out what is critical.
 */
function canBeCritical({ severity, selector: { criticalities } }: Rule): boolean {
  if (severity !== 'from-criticality') return severity === 'critical';
  return criticalities.length === 0 || criticalities.includes('critical');
}

/**
 * True when a change (null: removal) takes critical alerts away: it switches a rule off whose alerts can be
 * critical, or lowers them all or some of them. A rule that is off tells nobody anyway.
 */
export function silencesCritical(rule: Rule, patch: RulePatch | null): boolean {
  if (!rule.enabled || !canBeCritical(rule)) return false;
  if (patch === null || patch.enabled === false) return true;
  const next = { ...rule, ...patch } as Rule;
  return !canBeCritical(next) || (rule.severity === 'critical' && next.severity !== 'critical');
}
