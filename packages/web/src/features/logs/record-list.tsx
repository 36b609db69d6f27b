import type { LogRecordView } from '@custos/contract';
import { useMediaQuery } from '@mantine/hooks';
import { useMemo, useRef } from 'react';
import { useListKeys } from '../../ui/list-keys.ts';
import { absolute } from '../../ui/time.tsx';
import { useWindowRows } from '../../ui/window-rows.ts';
import { severityColours } from './severity.ts';
import classes from './records.module.css';

const lineHeight = 27;
const twoLines = 50;

const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** Severity as colour and word. */
export function SeverityWord({ severity }: Pick<LogRecordView, 'severity'>) {
  return (
    <span className={classes['severity']} data-severity={severity}>
      <i style={{ background: severityColours[severity] }} aria-hidden="true" />
      {severity}
    </span>
  );
}

/** Records, a line each, of which only those near the window are drawn. */
export function RecordList({
  records,
  openId,
  onOpen,
}: {
  records: readonly LogRecordView[];
  openId: string | undefined;
  onOpen: (record: LogRecordView) => void;
}) {
  const box = useRef<HTMLUListElement>(null);
  const height = (useMediaQuery('(max-width: 700px)') ?? false) ? twoLines : lineHeight;
  const heights = useMemo(
    () => Array.from({ length: records.length }, () => height),
    [records.length, height],
  );
  const { total, rows } = useWindowRows(box, heights);
  const { cursor, setCursor } = useListKeys({
    count: records.length,
    onOpen: (index) => {
      const record = records[index];
      if (record !== undefined) onOpen(record);
    },
    onSelect: () => undefined,
  });
  return (
    <ul ref={box} className={classes['records']} style={{ height: total }} aria-label="Log records">
      {rows.map(({ index, top }) => {
        const record = records[index];
        if (record === undefined) return null;
        return (
          <li
            key={record.id}
            data-row={index}
            data-cursor={cursor === index || undefined}
            data-open={record.id === openId || undefined}
            style={{ height, transform: `translateY(${top}px)` }}
          >
            <button
              type="button"
              onClick={() => {
                setCursor(index);
                onOpen(record);
              }}
            >
              <time dateTime={new Date(record.time).toISOString()} title={absolute(record.time)}>
                <span>{day.format(record.time)} </span>
                {clock.format(record.time)}
              </time>
              <SeverityWord severity={record.severity} />
              <span className={classes['service']}>{record.service}</span>
              <span className={classes['message']}>{record.message}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
