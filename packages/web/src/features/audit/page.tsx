import type { AuditEventView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconBook2, IconRefresh } from '@tabler/icons-react';
import { getRouteApi, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { Choices } from '../../ui/filter-bar.tsx';
import { count } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { rangeOptions } from '../../ui/range-choice.tsx';
import type { RangeName } from '../../ui/range.ts';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { TopSlot } from '../../ui/top-slot.tsx';
import { AddFilter } from './add-filter.tsx';
import classes from './audit.module.css';
import { Chips } from './chips.tsx';
import { EventList } from './event-list.tsx';
import { EvidenceButton } from './evidence.tsx';
import { ExportMenu } from './export-menu.tsx';
import { chipsOf, filterOf, timeOf, withFilter } from './filter.ts';
import { Histogram } from './histogram.tsx';
import { NewEvents } from './new-events.tsx';
import { useEvents } from './queries.ts';
import { SavedSearches } from './saved-searches.tsx';
import { SearchText } from './search-text.tsx';
import type { AuditSearch } from './search.ts';

const route = getRouteApi('/shell/audit');

const choices = [...rangeOptions(), ['all', 'All']] as const;

/** Nothing fits, or nothing was ever recorded: what was asked, and how to widen it. */
function NoEvents({
  search,
  timed,
  onChange,
}: {
  search: AuditSearch;
  timed: boolean;
  onChange: (next: AuditSearch) => void;
}) {
  const filtered = search.text !== undefined || chipsOf(search).length > 0;
  const actions = (
    <span style={{ display: 'inline-flex', gap: 8 }}>
      {timed ? (
        <Button
          variant="default"
          size="xs"
          onClick={() => onChange({ ...search, from: undefined, to: undefined, range: 'all' })}
        >
          Search all time
        </Button>
      ) : null}
      {filtered ? (
        <Button variant="default" size="xs" onClick={() => onChange({ range: search.range })}>
          Clear the filters
        </Button>
      ) : null}
    </span>
  );
  return (
    <Empty
      title={filtered ? 'No event fits' : timed ? 'Nothing in this time' : 'Nothing is on record yet'}
      icon={<IconBook2 size={22} stroke={1.6} />}
      action={actions}
    >
      {filtered
        ? 'Nothing was recorded with all of these together. Take one off to see more.'
        : timed
          ? 'No event was received in the time that is chosen.'
          : 'Whatever people and services do here will be listed as it happens.'}
    </Empty>
  );
}

/** What is chosen for evidence. */
function Selected({
  events,
  onClear,
}: {
  events: readonly Pick<AuditEventView, 'id' | 'type'>[];
  onClear: () => void;
}) {
  if (events.length === 0) return null;
  return (
    <div className={`${classes['bar']} ${classes['selected']}`}>
      <span role="status">{count(events.length, 'event')} chosen</span>
      <EvidenceButton events={events} />
      <Button variant="subtle" color="gray" size="xs" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

type Selection = ReadonlyMap<string, Pick<AuditEventView, 'id' | 'type'>>;

/** Who did what, to what, from where, and whether it was allowed; each with a proof. */
export function AuditPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const { eventId } = useParams({ strict: false });
  const [asOf, setAsOf] = useState(() => Date.now());
  const [selection, setSelection] = useState<Selection>(new Map());
  const filter = filterOf(search, asOf);
  const time = timeOf(search, asOf);
  const query = useEvents(filter, asOf);

  const change = (next: AuditSearch): void => {
    setAsOf(Date.now());
    void navigate({ to: '/audit', search: next, resetScroll: false });
  };
  const open = (event: AuditEventView): void =>
    void navigate({
      to: '/audit/$eventId',
      params: { eventId: event.id },
      search,
      resetScroll: false,
    });
  const toggle = (event: AuditEventView): void =>
    setSelection((now) => {
      const next = new Map(now);
      if (!next.delete(event.id)) next.set(event.id, { id: event.id, type: event.type });
      return next;
    });

  return (
    <Page
      title="Audit log"
      lead="Who did what. Events are only ever added, and every one can be verified."
      actions={
        <>
          <SavedSearches search={search} onOpen={change} />
          <ExportMenu filter={filter} />
        </>
      }
    >
      <TopSlot>
        <Choices<RangeName | 'all' | 'chosen'>
          label="Time range"
          value={time.name ?? 'chosen'}
          options={[...choices, ...(time.name === null ? [['chosen', 'Chosen'] as const] : [])]}
          onChange={(name) => {
            if (name !== 'chosen') change({ ...search, range: name, from: undefined, to: undefined });
          }}
        />
      </TopSlot>
      <div className={classes['search']}>
        <SearchText text={search.text} onSearch={(text) => change({ ...search, text })} />
        <AddFilter filter={filter} onAdd={(name, value) => change(withFilter(search, name, value))} />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching && !query.isFetchingNextPage && query.data !== undefined}
          onClick={() => setAsOf(Date.now())}
        >
          Refresh
        </Button>
      </div>
      <Chips search={search} onChange={change} />
      <Histogram filter={filter} asOf={asOf} onTake={(from, to) => change({ ...search, from, to })} />
      <Selected events={[...selection.values()]} onClear={() => setSelection(new Map())} />
      <Loaded query={query} skeleton={<SkeletonRows rows={12} />}>
        {(events) => (
          <>
            <NewEvents
              filter={filter}
              since={events[0] === undefined ? (filter.from ?? 0) : events[0].receivedTime + 1}
              onShow={() => setAsOf(Date.now())}
            />
            {events.length === 0 ? (
              <NoEvents search={search} timed={time.name !== 'all'} onChange={change} />
            ) : (
              <EventList
                events={events}
                query={query}
                openId={eventId}
                onOpen={open}
                selection={{
                  ids: new Set(selection.keys()),
                  toggle: (id) => {
                    const event = events.find((each) => each.id === id);
                    if (event !== undefined) toggle(event);
                  },
                }}
              />
            )}
          </>
        )}
      </Loaded>
      <Outlet />
    </Page>
  );
}
