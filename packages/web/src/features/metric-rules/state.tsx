import type { MetricRuleView } from '@custos/contract';
import { RuleState } from '../../rule-parts/rule-state.tsx';

/** What a rule on metrics says at present. */
export function MetricRuleState({ rule: { health, state, lastError } }: { rule: MetricRuleView }) {
  if (health === 'error') return <RuleState state="error" error={lastError} />;
  return <RuleState state={health === 'unknown' ? 'new' : state} error={null} />;
}
