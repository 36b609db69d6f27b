import {
  IconAlertTriangle,
  IconBellRinging,
  IconCheck,
  IconClock,
  IconFunction,
  IconPlayerPause,
} from '@tabler/icons-react';
import classes from './rule-parts.module.css';

const states = {
  inactive: [IconCheck, 'inactive'],
  pending: [IconClock, 'pending'],
  firing: [IconBellRinging, 'firing'],
  recording: [IconFunction, 'records'],
  error: [IconAlertTriangle, 'fails'],
  off: [IconPlayerPause, 'off'],
  new: [IconClock, 'not evaluated yet'],
} as const;

/** What a rule says at present: shape, colour and word; why, when it fails. */
export function RuleState({ state, error }: { state: keyof typeof states; error: string | null }) {
  const [Mark, word] = states[state];
  return (
    <span className={classes['state']} data-state={state} title={error ?? undefined}>
      <Mark size={14} stroke={1.8} aria-hidden="true" /> {word}
    </span>
  );
}
