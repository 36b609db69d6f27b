import type { LogRecordView } from '@custos/contract';
import { absolute } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import classes from './traces.module.css';

/** Time since the trace began; clocks of machines differ, so it may be before. */
const since = (at: number, startedAt: number): string =>
  `${at < startedAt ? '−' : '+'}${inUnit('milliseconds', Math.abs(at - startedAt))}`;

/** Log records of a trace, in the order of time. One that names a span leads to it. */
export function TraceLogs({
  logs,
  startedAt,
  onSpan,
}: {
  logs: readonly LogRecordView[];
  /** When the trace began, ms. */
  startedAt: number;
  onSpan?: (spanId: string) => void;
}) {
  return (
    <ol className={classes['logs']}>
      {logs.map(({ id, time, severity, service, message, spanId }) => (
        <li key={id}>
          <span className={classes['when']} title={absolute(time)}>
            {since(time, startedAt)}
          </span>
          <span className={classes['level']} data-level={severity}>
            {severity}
          </span>
          <span className="quiet">{service}</span>
          {onSpan === undefined || spanId === null ? (
            <span className={classes['message']}>{message}</span>
          ) : (
            <button
              type="button"
              className={classes['message']}
              title="Open its span"
              onClick={() => onSpan(spanId)}
            >
              {message}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}
