import type { AuditFilter } from '@custos/client';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { count } from '../../ui/format.ts';
import classes from './audit.module.css';
import { newCountQuery } from './queries.ts';

/** Says that newer events fit than are shown, and shows them when asked: nothing moves under the pointer. */
export function NewEvents({
  filter,
  since,
  onShow,
}: {
  filter: AuditFilter;
  /** Instant after the newest that is shown, ms. */
  since: number;
  onShow: () => void;
}) {
  const fresh = useQuery({ ...newCountQuery(filter, since), enabled: filter.to === undefined }).data ?? 0;
  return (
    <div role="status">
      {fresh === 0 ? null : (
        <div className={classes['bar']}>
          <span>{count(fresh, 'new event')} since you looked.</span>
          <Button variant="subtle" size="compact-xs" onClick={onShow}>
            Show {fresh === 1 ? 'it' : 'them'}
          </Button>
        </div>
      )}
    </div>
  );
}
