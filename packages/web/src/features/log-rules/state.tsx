import type { LogRuleView } from '@custos/contract';
import { RuleState } from '../../rule-parts/rule-state.tsx';

/** What a rule on logs says at present. */
export function LogRuleState({
  rule: { enabled, state, lastError, lastEvaluatedAt },
}: {
  rule: LogRuleView;
}) {
  if (!enabled) return <RuleState state="off" error={null} />;
  if (lastError !== null) return <RuleState state="error" error={lastError} />;
  return <RuleState state={lastEvaluatedAt === null ? 'new' : state} error={null} />;
}
