import type { LogRuleView } from '@custos/contract';
import {
  IconAlertTriangle,
  IconBellRinging,
  IconCheck,
  IconClock,
  IconPlayerPause,
} from '@tabler/icons-react';
import classes from './log-rules.module.css';

const states = {
  inactive: [IconCheck, 'inactive'],
  pending: [IconClock, 'pending'],
  firing: [IconBellRinging, 'firing'],
  error: [IconAlertTriangle, 'fails'],
  off: [IconPlayerPause, 'off'],
  new: [IconClock, 'not evaluated yet'],
} as const;

function stateOf(rule: LogRuleView): keyof typeof states {
  if (!rule.enabled) return 'off';
  if (rule.lastError !== null) return 'error';
  return rule.lastEvaluatedAt === null ? 'new' : rule.state;
}

/** What a rule says at present: shape, colour and word. */
export function LogRuleState({ rule }: { rule: LogRuleView }) {
  const state = stateOf(rule);
  const [Mark, word] = states[state];
  return (
    <span className={classes['state']} data-state={state} title={rule.lastError ?? undefined}>
      <Mark size={14} stroke={1.8} aria-hidden="true" /> {word}
    </span>
  );
}
