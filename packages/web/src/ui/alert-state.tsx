import type { AlertState } from '@custos/contract';
import { IconBellRinging, IconCheck, IconEye, IconHourglass } from '@tabler/icons-react';
import classes from './alert-state.module.css';

const looks = {
  pending: [IconHourglass, 'Pending'],
  firing: [IconBellRinging, 'Firing'],
  acknowledged: [IconEye, 'Acknowledged'],
  resolved: [IconCheck, 'Resolved'],
} as const;

/** Where an alert stands in its life, as shape and word; only firing is red, because only it needs someone. */
export function AlertStateWord({ state, by }: { state: AlertState; by?: string | null }) {
  const [StateIcon, word] = looks[state];
  return (
    <span className={`${classes['state']} ${classes[state]}`}>
      <StateIcon size={14} stroke={1.8} aria-hidden="true" />
      {word}
      {by === undefined || by === null || state !== 'acknowledged' ? '' : ` by ${by}`}
    </span>
  );
}
