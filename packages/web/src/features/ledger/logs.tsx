import type { LedgerStatusView } from '@custos/contract';
import { bytes } from '../../ui/format.ts';
import { TextLink } from '../../ui/link.tsx';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { rateWords, retentionWords } from './sentence.ts';
import { Table, type TableColumn } from './table.tsx';

type Log = LedgerStatusView['logs'][number];

const columns: readonly TableColumn<Log>[] = [
  {
    title: 'Log',
    render: (log) => (
      <>
        <TextLink to="/audit" search={{ log: log.name, range: 'all' }}>
          {log.name}
        </TextLink>
        <div className={classes['origin']}>{log.origin}</div>
      </>
    ),
  },
  { title: 'Entries', align: 'right', render: (log) => log.size.toLocaleString('en') },
  { title: 'Rate', align: 'right', render: (log) => rateWords(log.perSecond) },
  { title: 'Size', align: 'right', render: (log) => bytes(log.bytes) },
  {
    title: 'Signed',
    render: (log) =>
      log.checkpoint === null || log.size === 0 ? (
        'nothing yet'
      ) : (
        <>
          {log.checkpoint.size === log.size
            ? 'all'
            : `${log.checkpoint.size.toLocaleString('en')} of ${log.size.toLocaleString('en')}`}
          {log.checkpoint.at === null ? null : (
            <>
              , <Ago at={log.checkpoint.at} />
            </>
          )}
        </>
      ),
  },
  {
    title: 'Root',
    render: (log) =>
      log.checkpoint === null ? (
        '–'
      ) : (
        <span className="mono" title={log.checkpoint.root}>
          {log.checkpoint.root.slice(0, 12)}…
        </span>
      ),
  },
  {
    title: 'Keeps',
    render: (log) => (
      <>
        {retentionWords(log.retentionDays)}
        {log.archive ? <span className="faint">, then archived</span> : null}
        {log.minimumIndex === 0 ? null : (
          <div className={classes['fault']}>from entry {log.minimumIndex.toLocaleString('en')}</div>
        )}
      </>
    ),
  },
];

/** Every log with its size, its head and how long it keeps. */
export function Logs({ logs }: { logs: readonly Log[] }) {
  return (
    <Section title="Logs" aside="One per retention class">
      <Table label="Logs" rows={logs} columns={columns} keyOf={(log) => log.name} />
    </Section>
  );
}
