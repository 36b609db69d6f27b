import type { TraceSummaryView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconRefresh, IconTimeline } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { Paged } from '../../data/paged.tsx';
import { useCan } from '../../data/queries.ts';
import { count } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { List, type Column } from '../../ui/list.tsx';
import { Page } from '../../ui/page.tsx';
import { RangeChoice } from '../../ui/range-choice.tsx';
import { windowOf } from '../../ui/range.ts';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import { ErrorMark } from './error-mark.tsx';
import { Filters } from './filters.tsx';
import { anyTraceQuery, useTraces } from './queries.ts';
import { isFiltered, type TracesSearch } from './search.ts';
import classes from './traces.module.css';

const route = getRouteApi('/shell/traces');

type Row = TraceSummaryView & { readonly id: string };

function columnsOf(longestUs: number): Column<Row>[] {
  return [
    {
      title: 'Began',
      width: '104px',
      render: ({ startedAt }) => (
        <span className="quiet">
          <Ago at={startedAt} />
        </span>
      ),
    },
    {
      title: 'Trace',
      main: true,
      render: ({ name, service }) => (
        <>
          {name} <span className={classes['service']}>{service}</span>
        </>
      ),
    },
    {
      title: 'Errors',
      width: '104px',
      render: ({ errors }) => (errors === 0 ? null : <ErrorMark>{count(errors, 'error')}</ErrorMark>),
    },
    {
      title: 'Spans',
      width: '96px',
      align: 'right',
      render: ({ spans }) => <span className="quiet">{count(spans, 'span')}</span>,
    },
    {
      title: 'Duration',
      width: '104px',
      align: 'right',
      render: ({ durationUs }) => inUnit('milliseconds', durationUs / 1000),
    },
    {
      title: 'Of the longest',
      width: '160px',
      wide: true,
      render: ({ durationUs }) => (
        <span className={classes['share']} aria-hidden="true">
          <i style={{ width: `${longestUs === 0 ? 0 : Math.max(1, (durationUs / longestUs) * 100)}%` }} />
        </span>
      ),
    },
  ];
}

/** Nothing fits, or nothing was ever sent: what was asked, and how to widen it. */
function NoTraces({ search, onChange }: { search: TracesSearch; onChange: (next: TracesSearch) => void }) {
  const filtered = isFiltered(search);
  const any = useQuery(anyTraceQuery);
  const seesIngest = useCan('telemetry.manage');
  if (any.data === undefined && any.error === null) return <SkeletonRows />;
  if (any.data === false)
    return (
      <Empty
        title="No traces yet"
        icon={<IconTimeline size={22} stroke={1.6} />}
        action={
          seesIngest ? (
            <LinkButton to="/ingest" variant="filled">
              How to send them
            </LinkButton>
          ) : undefined
        }
      >
        A trace is what one request did, in every service it went through. Anything that speaks OpenTelemetry
        can send its spans to /v1/traces.
      </Empty>
    );
  return (
    <Empty
      title={filtered ? 'No trace fits' : 'No trace in this time'}
      icon={<IconTimeline size={22} stroke={1.6} />}
      action={
        <span className={classes['widen']}>
          {search.range === '30d' ? null : (
            <Button
              variant="default"
              size="xs"
              onClick={() => onChange({ ...search, range: '30d', from: undefined, to: undefined })}
            >
              Look at 30 days
            </Button>
          )}
          {filtered ? (
            <Button
              variant="default"
              size="xs"
              onClick={() => onChange({ range: search.range, from: search.from, to: search.to })}
            >
              Clear the filters
            </Button>
          ) : null}
        </span>
      }
    >
      {filtered
        ? 'Nothing in this time has all of these together. A name is compared in full.'
        : 'No span began in the time that is chosen.'}
    </Empty>
  );
}

/** Traces, newest first: what requests did, how long it took, and what failed. */
export function TracesPage() {
  const search = route.useSearch();
  const navigate = useNavigate();
  const [asOf, setAsOf] = useState(() => Date.now());
  const [cleared, setCleared] = useState(0);
  const time = windowOf({ ...search, range: search.range ?? '1h' }, asOf);
  const query = useTraces({
    service: search.service,
    name: search.name,
    minDurationMs: search.min,
    errorsOnly: search.errors === 'yes',
    from: time.from,
    to: time.to,
  });
  const traces = query.data;
  const rows = useMemo(() => traces?.map((trace) => ({ ...trace, id: trace.traceId })) ?? [], [traces]);
  const services = useMemo(() => [...new Set(rows.map(({ service }) => service))].toSorted(), [rows]);
  const columns = useMemo(
    () => columnsOf(rows.reduce((most, { durationUs }) => Math.max(most, durationUs), 0)),
    [rows],
  );
  const change = async (next: TracesSearch): Promise<void> => {
    setAsOf(Date.now());
    await navigate({ to: '/traces', search: next, resetScroll: false });
  };
  return (
    <Page
      title="Traces"
      lead="What each request did, service by service."
      actions={
        <Button
          variant="default"
          size="xs"
          leftSection={<IconRefresh size={14} />}
          loading={query.isFetching && !query.isFetchingNextPage && query.data !== undefined}
          onClick={() => setAsOf(Date.now())}
        >
          Refresh
        </Button>
      }
    >
      <RangeChoice
        window={time}
        minutes
        onChoose={(name) => void change({ ...search, range: name, from: undefined, to: undefined })}
      />
      <Filters key={cleared} search={search} services={services} onChange={(next) => void change(next)} />
      <Paged
        query={query}
        empty={
          <NoTraces
            search={search}
            onChange={(next) => {
              // The fields begin anew with what the address says then.
              void change(next).then(() => setCleared((now) => now + 1));
            }}
          />
        }
      >
        {() => (
          <List
            label="Traces"
            items={rows}
            columns={columns}
            onOpen={({ traceId }) => void navigate({ to: '/traces/$traceId', params: { traceId } })}
          />
        )}
      </Paged>
    </Page>
  );
}
