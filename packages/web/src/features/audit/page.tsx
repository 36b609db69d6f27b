import { auditOutcome, type AuditEventView } from '@custos/contract';
import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconBook2 } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Paged } from '../../data/paged.tsx';
import { Choices, FilterBar } from '../../ui/filter-bar.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { ShortId } from '../../ui/short-id.tsx';
import { Empty } from '../../ui/states.tsx';
import { absolute } from '../../ui/time.tsx';
import { Outcome } from './outcome.tsx';
import { eventQuery, useAuditPages } from './queries.ts';

const route = getRouteApi('/shell/audit');

const columns: Column<AuditEventView>[] = [
  { title: 'When', width: '180px', render: (event) => <span className="quiet">{absolute(event.time)}</span> },
  { title: 'Who', width: '180px', render: (event) => event.actor.name || event.actor.type },
  { title: 'Did', main: true, render: (event) => <span className="mono">{event.action}</span> },
  {
    title: 'To',
    render: (event) =>
      event.target === null ? null : (
        <span className="quiet">
          {event.target.type} <ShortId id={event.target.id} />
        </span>
      ),
  },
  { title: 'Outcome', width: '120px', render: (event) => <Outcome outcome={event.outcome} /> },
  {
    title: 'From',
    width: '130px',
    wide: true,
    render: (event) => <span className="quiet mono">{event.address ?? '–'}</span>,
  },
];

/** Who did what, to what, from where, and whether it was allowed. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const outcome = auditOutcome.safeParse(search.outcome).data;
  const query = useAuditPages({
    action: search.action,
    actor: search.actor,
    ...(outcome === undefined ? {} : { outcome }),
  });
  const { eventId } = useParams({ strict: false });
  const cache = useQueryClient();
  function open(event: AuditEventView): void {
    cache.setQueryData(eventQuery(event.id, event.time).queryKey, event);
    void navigate({
      to: '/audit/$eventId',
      params: { eventId: event.id },
      search: { ...search, at: event.time },
      resetScroll: false,
    });
  }
  const [actor, setActor] = useState(search.actor ?? '');
  const set = (change: Partial<typeof search>): void =>
    void navigate({ to: '/audit', search: { ...search, ...change }, replace: true });
  const setActorLater = useDebouncedCallback(
    (text: string) => set({ actor: text === '' ? undefined : text }),
    250,
  );
  return (
    <Page title="Audit log" lead="Who did what. Events are only ever added.">
      <FilterBar
        search={search.action}
        placeholder="Action, such as probe.update"
        onSearch={(action) => set({ action })}
      >
        <TextInput
          size="xs"
          aria-label="Who"
          placeholder="Who"
          value={actor}
          onChange={(event) => {
            setActor(event.currentTarget.value);
            setActorLater(event.currentTarget.value);
          }}
        />
        <Choices
          label="Outcome"
          value={outcome ?? 'all'}
          options={[
            ['all', 'All'],
            ...auditOutcome.options.map(
              (each) => [each, each.replace(/^./, (letter) => letter.toUpperCase())] as const,
            ),
          ]}
          onChange={(next) => set({ outcome: next === 'all' ? undefined : next })}
        />
      </FilterBar>
      <Paged
        query={query}
        empty={
          <Empty title="No event fits" icon={<IconBook2 size={22} stroke={1.6} />}>
            Nothing was recorded with this action, actor and outcome together. Ask for less to see more.
          </Empty>
        }
      >
        {(events) => (
          <List label="Audit events" items={events} columns={columns} openId={eventId} onOpen={open} />
        )}
      </Paged>
      <Outlet />
    </Page>
  );
}
