import type { PanelView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { SkeletonRows } from '../../../ui/states.tsx';
import { absolute } from '../../../ui/time.tsx';
import { panelLogsQuery } from '../queries.ts';
import type { BoardContext } from './context.ts';
import { PanelFault } from './fault.tsx';
import classes from './panels.module.css';

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

/** The newest records that a search finds. */
export function LogsPanel({
  panel,
  board,
  height,
}: {
  panel: PanelView;
  board: BoardContext;
  height: number;
}) {
  const { data, error } = useQuery(panelLogsQuery(panel.search, board));
  if (error !== null) return <PanelFault error={error} />;
  if (data === undefined) return <SkeletonRows rows={4} height={26} />;
  if (data.items.length === 0) return <p className={classes['none']}>No record in this time</p>;
  return (
    <div className={classes['scroll']} style={{ height }} tabIndex={0} role="group" aria-label={panel.title}>
      <ul className={classes['logs']}>
        {data.items.map((record) => (
          <li key={record.id} data-severity={record.severity}>
            <Link
              to="/logs/$recordId"
              params={{ recordId: record.id }}
              search={{
                query: panel.search === '' ? undefined : panel.search,
                from: board.from,
                to: board.to,
              }}
            >
              <time dateTime={new Date(record.time).toISOString()} title={absolute(record.time)}>
                {clock.format(record.time)}
              </time>
              <span>{record.severity}</span>
              <span title={record.service}>{record.service}</span>
              <p>{record.message}</p>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
