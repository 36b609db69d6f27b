import type { LedgerStatusView, Status } from '@custos/contract';
import { count, duration } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './ledger.module.css';
import { CurrentMark } from './mark.tsx';
import { Table, type TableColumn } from './table.tsx';

type Witness = LedgerStatusView['witnesses'][number];
type Anchor = LedgerStatusView['anchors'][number];
type Progress = Witness['logs'][number];
type EgressLog = LedgerStatusView['egress'][number]['logs'][number];

const witnessStates: Readonly<Record<Witness['state'], readonly [Status, string]>> = {
  ok: ['up', 'Up to date'],
  behind: ['degraded', 'Behind'],
  failing: ['degraded', 'Failing'],
  forked: ['down', 'Saw another history'],
};
const anchorKinds: Readonly<Record<Anchor['kind'], string>> = {
  's3-lock': 'S3 object with lock',
  rfc3161: 'RFC 3161 time stamp',
  webhook: 'webhook',
};

interface Row<Whole> {
  readonly whole: Whole;
  readonly part: Progress;
  /** Whether the row above is of the same. */
  readonly again: boolean;
}

/** The name of what has a row per log: told once to the eye, and in each row to those who listen. */
function Name({ name, note, again }: { name: string; note: string; again: boolean }) {
  if (again) return <span className={classes['again']}>{name}</span>;
  return (
    <>
      {name}
      <div className={classes['origin']}>{note}</div>
    </>
  );
}

function lagWords({ lagEntries, lagMs }: Progress): string {
  if (lagEntries === 0) return 'none';
  return `${count(lagEntries, 'entry', 'entries')}, ${duration(lagMs)}`;
}

function faults(part: Pick<Progress, 'failures' | 'error'>) {
  if (part.error === null) return part.failures === 0 ? null : count(part.failures, 'failure');
  return (
    <span className={classes['fault']}>
      {part.failures === 0 ? '' : `${count(part.failures, 'failure')}: `}
      {part.error}
    </span>
  );
}

function progressColumns<Whole>(): readonly TableColumn<Row<Whole>>[] {
  return [
    { title: 'Log', render: ({ part }) => part.log },
    { title: 'Has seen', align: 'right', render: ({ part }) => part.size.toLocaleString('en') },
    { title: 'Lag', render: ({ part }) => lagWords(part) },
    { title: 'Last', render: ({ part }) => <Ago at={part.confirmedAt} empty="never" /> },
    { title: 'Trouble', render: ({ part }) => faults(part) },
  ];
}

const rowsOf = <Whole extends { readonly logs: readonly Progress[] }>(
  wholes: readonly Whole[],
): readonly Row<Whole>[] =>
  wholes.flatMap((whole) => whole.logs.map((part, index) => ({ whole, part, again: index > 0 })));

const witnessColumns: readonly TableColumn<Row<Witness>>[] = [
  {
    title: 'Witness',
    render: ({ whole, again }) => <Name name={whole.name} note={whole.url} again={again} />,
  },
  {
    title: 'Now',
    render: ({ whole }) => {
      const [status, word] = witnessStates[whole.state];
      return (
        <span className={classes['state']}>
          <CurrentMark status={status} /> {word}
        </span>
      );
    },
  },
  ...progressColumns<Witness>(),
];

const anchorColumns: readonly TableColumn<Row<Anchor>>[] = [
  {
    title: 'Anchor',
    render: ({ whole, again }) => (
      <Name
        name={whole.name}
        note={`${anchorKinds[whole.kind]}, every ${duration(whole.intervalMs)}`}
        again={again}
      />
    ),
  },
  ...progressColumns<Anchor>(),
];

/** Witnesses and anchors: whoever outside would notice another history. */
export function Outside({ ledger }: { ledger: LedgerStatusView }) {
  const { witnesses, anchors } = ledger;
  return (
    <>
      <Section title="Witnesses" aside="They sign what they saw">
        {witnesses.length === 0 ? (
          <p className={classes['note']}>
            None. A witness elsewhere, such as another Custos, signs each state of the log that it saw, so
            that a second history cannot be shown to others. Name it in audit.policy in the configuration.
          </p>
        ) : (
          <Table
            label="Witnesses"
            rows={rowsOf(witnesses)}
            columns={witnessColumns}
            keyOf={({ whole, part }) => `${whole.name} ${part.log}`}
          />
        )}
      </Section>
      <Section title="Anchors" aside="They keep checkpoints where this host cannot change them">
        {anchors.length === 0 ? (
          <p className={classes['note']}>
            None. An S3 object with a lock, an RFC 3161 time stamp or a webhook can keep checkpoints
            elsewhere. Name one in audit.anchors in the configuration.
          </p>
        ) : (
          <Table
            label="Anchors"
            rows={rowsOf(anchors)}
            columns={anchorColumns}
            keyOf={({ whole, part }) => `${whole.name} ${part.log}`}
          />
        )}
      </Section>
    </>
  );
}

interface EgressRow {
  readonly destination: string;
  readonly kind: string;
  readonly sending: boolean;
  readonly part: EgressLog;
  readonly again: boolean;
}

const egressColumns: readonly TableColumn<EgressRow>[] = [
  {
    title: 'Destination',
    render: (row) => <Name name={row.destination} note={row.kind} again={row.again} />,
  },
  {
    title: 'Now',
    render: ({ sending, part }) => (
      <span className={classes['state']}>
        <CurrentMark status={part.failures > 0 ? 'degraded' : sending ? 'up' : 'paused'} />
        {part.failures > 0 ? 'Failing' : sending ? 'Sending' : 'On another node'}
      </span>
    ),
  },
  { title: 'Log', render: ({ part }) => part.log },
  {
    title: 'Sent',
    align: 'right',
    render: ({ part }) => `${part.next.toLocaleString('en')} of ${part.size.toLocaleString('en')}`,
  },
  {
    title: 'Behind',
    render: ({ part }) =>
      part.behind === 0 ? 'none' : `${count(part.behind, 'entry', 'entries')}, ${duration(part.lagMs)}`,
  },
  { title: 'Last', render: ({ part }) => <Ago at={part.lastSentAt} empty="never" /> },
  {
    title: 'Trouble',
    render: ({ part }) =>
      part.lastError === null && part.skipped === 0 ? null : (
        <span className={classes['fault']}>
          {part.skipped === 0 ? '' : `${count(part.skipped, 'entry', 'entries')} left out. `}
          {part.lastError === null ? null : (
            <>
              <Ago at={part.lastError.at} />: {part.lastError.message}
            </>
          )}
        </span>
      ),
  },
];

/** Where events are sent on to, and how far each destination is. */
export function Egress({ egress }: { egress: LedgerStatusView['egress'] }) {
  if (egress.length === 0) return null;
  const rows = egress.flatMap(({ destination, kind, sending, logs }) =>
    logs.map((part, index) => ({ destination, kind, sending, part, again: index > 0 })),
  );
  return (
    <Section title="Sent on to" aside="At least once, from a cursor that survives restarts">
      <Table
        label="Destinations"
        rows={rows}
        columns={egressColumns}
        keyOf={(row) => `${row.destination} ${row.part.log}`}
      />
    </Section>
  );
}
