import type { MetricRuleView } from '@custos/contract';
import { IconAlertTriangle, IconBellRinging, IconCheck, IconClock, IconFunction } from '@tabler/icons-react';
import classes from './metric-rules.module.css';

const states = {
  inactive: [IconCheck, 'inactive'],
  pending: [IconClock, 'pending'],
  firing: [IconBellRinging, 'firing'],
  recording: [IconFunction, 'records'],
} as const;

/** What a rule says at present: shape, colour and word. */
export function RuleState({ rule }: { rule: MetricRuleView }) {
  if (rule.health === 'error')
    return (
      <span className={classes['state']} data-state="error" title={rule.lastError ?? ''}>
        <IconAlertTriangle size={14} stroke={1.8} aria-hidden="true" /> fails
      </span>
    );
  const [Mark, word] = states[rule.state];
  return (
    <span className={classes['state']} data-state={rule.state}>
      <Mark size={14} stroke={1.8} aria-hidden="true" />
      {rule.health === 'unknown' ? 'not evaluated yet' : word}
    </span>
  );
}
