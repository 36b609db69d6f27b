import type { AuditEventView } from '@custos/contract';
import { List, type Column } from '../../ui/list.tsx';
import { ListEnd } from '../../ui/list-end.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { absolute } from '../../ui/time.tsx';
import classes from './audit.module.css';
import { Outcome } from './outcome.tsx';
import { PartyName } from './party.tsx';
import type { EventsQuery } from './queries.ts';

const columns: Column<AuditEventView>[] = [
  {
    title: 'Received',
    width: '172px',
    render: (event) => <span className="quiet">{absolute(event.receivedTime)}</span>,
  },
  {
    title: 'Who',
    width: '202px',
    render: (event) => (
      <span
        className={`${classes['clip']} ${classes['who']}`}
        title={event.actor.name ?? event.actor.id ?? ''}
      >
        <PartyName party={event.actor} />
      </span>
    ),
  },
  {
    title: 'Did',
    main: true,
    render: (event) => <span className={`mono ${classes['action']}`}>{event.action}</span>,
  },
  {
    title: 'To',
    width: '242px',
    render: (event) =>
      event.target === null ? null : (
        <span
          className={`quiet ${classes['clip']} ${classes['to']}`}
          title={event.target.name ?? event.target.id ?? ''}
        >
          <span className={classes['arrow']} aria-hidden="true">
            →{' '}
          </span>
          <PartyName party={event.target} />
        </span>
      ),
  },
  { title: 'Outcome', width: '112px', render: (event) => <Outcome outcome={event.outcome} /> },
  {
    title: 'Severity',
    width: '96px',
    wide: true,
    render: (event) => <SeverityBadge severity={event.severity} />,
  },
  {
    title: 'Source',
    width: '126px',
    wide: true,
    render: (event) => (
      <span className={`quiet ${classes['clip']} ${classes['source']}`} title={event.source}>
        {event.source}
      </span>
    ),
  },
];

/** Events, newest first, that go on as one scrolls. */
export function EventList({
  events,
  query,
  openId,
  onOpen,
  selection,
}: {
  events: readonly AuditEventView[];
  query: EventsQuery;
  openId: string | undefined;
  onOpen: (event: AuditEventView) => void;
  selection: { readonly ids: ReadonlySet<string>; readonly toggle: (id: string) => void };
}) {
  return (
    <>
      <List
        label="Audit events"
        items={events}
        columns={columns}
        openId={openId}
        onOpen={onOpen}
        selection={selection}
      />
      <ListEnd query={query} />
    </>
  );
}
