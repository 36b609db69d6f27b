import { useQuery } from '@tanstack/react-query';
import { openApprovalsQuery, useCan, waitingQuery } from '../../data/queries.ts';
import classes from './rail.module.css';

/** How many alerts wait for someone; draws nothing when none does. */
export function OpenAlertCount() {
  const allowed = useCan('alert.read');
  const { data } = useQuery({ ...waitingQuery, enabled: allowed });
  const waiting = data?.items.length ?? 0;
  if (waiting === 0) return null;
  return (
    <span className={classes['count']}>
      {waiting}
      {data?.nextCursor === null ? '' : '+'}
      <span className="visually-hidden"> waiting</span>
    </span>
  );
}

/** How many requests for a second person this person could answer; draws nothing when there is none. */
export function OpenApprovalCount() {
  const { data } = useQuery(openApprovalsQuery);
  const waiting = data?.items.filter(({ decidable }) => decidable).length ?? 0;
  if (waiting === 0) return null;
  return (
    <span className={classes['count']}>
      {waiting}
      <span className="visually-hidden"> to answer</span>
    </span>
  );
}
