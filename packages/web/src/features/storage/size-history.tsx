import type { StorageStatusView } from '@custos/contract';
import { bytes } from '../../ui/format.ts';
import { day } from '../../ui/time.tsx';
import classes from './storage.module.css';

/** One bar a day, oldest first. */
export function SizeHistory({ history }: { history: StorageStatusView['history'] }) {
  const most = Math.max(...history.map((one) => one.bytes), 1);
  return (
    <ol className={classes['history']} aria-label="Bytes in columns by day">
      {history.map((one) => (
        <li key={one.at} title={`${day(one.at)}: ${bytes(one.bytes)}`}>
          <span style={{ height: `${Math.max(2, (one.bytes / most) * 100)}%` }} />
          <span className="visually-hidden">
            {day(one.at)}: {bytes(one.bytes)}
          </span>
        </li>
      ))}
    </ol>
  );
}
