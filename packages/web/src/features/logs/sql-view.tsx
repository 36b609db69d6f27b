import type { LogSqlAnswer } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { explain, fieldErrors } from '../../data/problem.ts';
import { CodeArea } from '../../ui/code/lazy-editor.tsx';
import { count, latency } from '../../ui/format.ts';
import { PartialNote } from '../../ui/states.tsx';
import { useSql } from './queries.ts';
import classes from './sql.module.css';

const start = `SELECT service, severity, count() AS records
FROM log_record
WHERE time > now() - INTERVAL 1 HOUR
GROUP BY service, severity
ORDER BY records DESC
LIMIT 100`;

/** Types of the engine whose values stand under each other digit by digit. */
const isNumber = (type: string): boolean => /^(Nullable\()?(U?Int|Float|Decimal)/.test(type);

function textOf(value: unknown): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Answer({ answer: { columns, rows, truncated, elapsedMs } }: { answer: LogSqlAnswer }) {
  return (
    <>
      <p className={classes['note']} role="status">
        {count(rows.length, 'row')} in {latency(elapsedMs)}
        {truncated ? '. There are more; add a LIMIT or narrow the question.' : '.'}
      </p>
      <div className={classes['scroll']} tabIndex={0} role="group" aria-label="Answer">
        <table className={classes['table']}>
          <thead>
            <tr>
              {columns.map(({ name, type }, index) => (
                <th key={index} scope="col" title={type} data-number={isNumber(type) || undefined}>
                  <span>{name}</span> <span className="faint">{type}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {row.map((value, column) => (
                  <td
                    key={column}
                    className={value === null ? 'faint' : undefined}
                    data-number={isNumber(columns[column]?.type ?? '') || undefined}
                  >
                    {textOf(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** One SELECT over log records and spans, for those who may. */
export function SqlView() {
  const [sql, setSql] = useState(start);
  const ask = useSql();
  const fault = fieldErrors(ask.error)['sql'];
  return (
    <section className={classes['sql']} aria-label="SQL">
      <p className={classes['note']}>
        One SELECT over <code>log_record</code> and <code>span</code>, read-only, at most 15 seconds. Every
        statement is on record with its text.
      </p>
      <CodeArea
        label="SQL"
        value={sql}
        faults={fault === undefined ? [] : [{ line: null, message: fault }]}
        onChange={setSql}
      />
      <div className={classes['run']}>
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={14} />}
          loading={ask.isPending}
          disabled={sql.trim() === ''}
          onClick={() => ask.mutate(sql)}
        >
          Run
        </Button>
        {fault === undefined ? null : (
          <span className={classes['fault']} role="alert">
            It {fault}
          </span>
        )}
      </div>
      {ask.error !== null && fault === undefined ? (
        <PartialNote part="The question" reason={`was not answered. ${explain(ask.error).detail}`} />
      ) : null}
      {ask.data === undefined ? null : <Answer answer={ask.data} />}
    </section>
  );
}
