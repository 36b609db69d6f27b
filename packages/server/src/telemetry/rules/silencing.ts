import { severityOf } from './severity.ts';
import type { LogRule } from './store.ts';
import type { RuleGroup } from './types.ts';

type Group = Pick<RuleGroup, 'enabled'> & {
  readonly rules: readonly Pick<RuleGroup['rules'][number], 'kind' | 'name' | 'expression' | 'labels'>[];
};

/**
 * True when alerts of the rule can be critical by what it says: its label `severity` or `priority` means it, or is a
 * template that may come to mean it. What series bring along is not known before they come.
 */
function canBeCritical({ kind, labels }: Group['rules'][number]): boolean {
  if (kind !== 'alert') return false;
  const said = labels.get('severity') ?? labels.get('priority');
  if (said === undefined) return false;
  return said.template !== null || severityOf({ severity: said.source }) === 'critical';
}

/**
 * True when a change of a group (null: removal) takes critical alerts away: it is switched off, or one of its critical
 * rules is left out or lowered. A rule stays itself under a new name or with a new expression, not with both.
 */
export function groupSilencesCritical(group: Group, next: Group | null): boolean {
  const critical = group.enabled ? group.rules.filter(canBeCritical) : [];
  if (critical.length === 0) return false;
  if (next === null || !next.enabled) return true;
  const left = next.rules.filter(canBeCritical);
  const without = (key: 'name' | 'expression') => (rule: Group['rules'][number]) => {
    const at = left.findIndex((other) => other[key] === rule[key]);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  };
  return critical.filter(without('name')).some(without('expression'));
}

/** The same for a rule on logs. */
export function logRuleSilencesCritical(
  rule: Pick<LogRule, 'enabled' | 'severity'>,
  next: Pick<LogRule, 'enabled' | 'severity'> | null,
): boolean {
  if (!rule.enabled || rule.severity !== 'critical') return false;
  return next === null || !next.enabled || next.severity !== 'critical';
}
