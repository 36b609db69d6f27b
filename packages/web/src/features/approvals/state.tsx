import type { ApprovalState } from '@custos/contract';
import { IconAlertTriangle, IconCheck, IconClock, IconX, type Icon } from '@tabler/icons-react';
import classes from './approvals.module.css';
import { stateWords } from './words.ts';

const marks: Readonly<Record<ApprovalState, Icon>> = {
  pending: IconClock,
  approved: IconClock,
  executing: IconClock,
  executed: IconCheck,
  failed: IconAlertTriangle,
  interrupted: IconAlertTriangle,
  refused: IconX,
  withdrawn: IconX,
  expired: IconX,
};

/** How far a request has come: mark and word. */
export function ApprovalStateMark({ state }: { state: ApprovalState }) {
  const Mark = marks[state];
  return (
    <span className={classes['state']} data-state={state}>
      <Mark size={14} stroke={1.9} aria-hidden="true" />
      {stateWords[state]}
    </span>
  );
}
