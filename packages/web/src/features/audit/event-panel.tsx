import type { AuditEventDetail } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SeverityBadge } from '../../ui/severity.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { absolute, Ago } from '../../ui/time.tsx';
import { detailLines } from './details.ts';
import classes from './event.module.css';
import { EvidenceButton } from './evidence.tsx';
import { withFilter, type FilterName } from './filter.ts';
import { leafEvent } from './leaf.ts';
import { Outcome } from './outcome.tsx';
import { PartyFacts } from './party.tsx';
import { Proof } from './proof.tsx';
import { eventQuery } from './queries.ts';
import { SealedFields } from './sealed-fields.tsx';

const route = getRouteApi('/shell/audit/$eventId');

type AddFilter = (name: FilterName, value: string) => void;

function FilterButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className={classes['filter']} aria-label={label} title={label} onClick={onClick}>
      <IconFilter size={13} stroke={1.6} aria-hidden="true" />
    </button>
  );
}

/** A value with a way to see only the events that have it. */
function Filterable({
  name,
  value,
  add,
  children,
}: {
  name: FilterName;
  value: string;
  add: AddFilter;
  children?: ReactNode;
}) {
  return (
    <span className={classes['value']}>
      <span>{children ?? value}</span>
      <FilterButton label={`Only ${name} ${value}`} onClick={() => add(name, value)} />
    </span>
  );
}

function instant(at: number): ReactNode {
  return (
    <>
      {absolute(at)}{' '}
      <span className="faint">
        (<Ago at={at} />)
      </span>
    </>
  );
}

function factsOf(event: AuditEventDetail, add: AddFilter): readonly (readonly [string, ReactNode])[] {
  const optional = (title: string, name: FilterName, value: string | null) =>
    value === null ? [] : [[title, <Filterable key={name} name={name} value={value} add={add} />] as const];
  return [
    ['Happened', instant(event.time)],
    ['Received', instant(event.receivedTime)],
    ['Who', <PartyFacts key="actor" party={event.actor} />],
    ['To', event.target === null ? 'nothing' : <PartyFacts key="target" party={event.target} />],
    [
      'Outcome',
      <Filterable key="outcome" name="outcome" value={event.outcome} add={add}>
        <Outcome outcome={event.outcome} />
      </Filterable>,
    ],
    ['Severity', <SeverityBadge key="severity" severity={event.severity} />],
    ['Action', <Filterable key="action" name="action" value={event.action} add={add} />],
    ['Type', <Filterable key="type" name="type" value={event.type} add={add} />],
    ['Source', <Filterable key="source" name="source" value={event.source} add={add} />],
    ...optional('Tenant', 'tenant', event.tenant),
    ...optional('Request', 'requestId', event.requestId),
    ...optional('Trace', 'traceId', event.traceId),
    [
      'Place',
      <span key="place">
        {event.place.log}, entry {event.place.index.toLocaleString('en')}
      </span>,
    ],
    ['Id', <ShortId key="id" id={event.id} />],
  ];
}

function Details({ event, add }: { event: AuditEventDetail; add: AddFilter }) {
  const lines = detailLines(event.details);
  if (lines.length === 0) return null;
  return (
    <Section title="Details">
      <dl style={{ paddingTop: 6 }}>
        {lines.map(({ path, value, plain }) => (
          <div key={path} className={classes['detail']}>
            <dt className="mono">{path}</dt>
            <dd>
              <span tabIndex={value.length > 400 ? 0 : undefined}>{value}</span>
              {plain && value.length <= 200 ? (
                <FilterButton
                  label={`Only ${path} ${value}`}
                  onClick={() => add('detail', `${path}=${value}`)}
                />
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** The bytes that the log keeps, to be read. */
function Raw({ event }: { event: AuditEventDetail }) {
  const [open, setOpen] = useState(false);
  return (
    <div style={{ paddingTop: 12 }}>
      <Button
        variant="subtle"
        color="gray"
        size="compact-xs"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? 'Hide the entry' : 'Show the entry as the log keeps it'}
      </Button>
      {open ? (
        <pre className={classes['raw']} tabIndex={0} aria-label="The entry as the log keeps it">
          {JSON.stringify(leafEvent(event) ?? 'not readable', null, 2)}
        </pre>
      ) : null}
    </div>
  );
}

/** One event beside the list, with an address of its own: everything that is known, and its proof. */
export function EventPanel() {
  const { eventId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const query = useQuery(eventQuery(eventId));
  const add: AddFilter = (name, value) =>
    void navigate({ to: '/audit', search: withFilter(search, name, value), resetScroll: true });
  return (
    <Panel
      title={query.data?.action ?? 'Event'}
      onClose={() => void navigate({ to: '/audit', search, resetScroll: false })}
      actions={query.data === undefined ? undefined : <EvidenceButton events={[query.data]} />}
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={10} height={32} />}>
        {(event) => (
          <div key={event.id}>
            <Facts facts={factsOf(event, add)} />
            <Details event={event} add={add} />
            <SealedFields event={event} />
            <Proof event={event} />
            <Raw event={event} />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}
