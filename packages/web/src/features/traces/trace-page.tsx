import type { TraceDetailView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconRefresh, IconTimeline } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ApiError } from '@custos/client';
import { Loaded } from '../../data/loaded.tsx';
import { CopyText } from '../../ui/copy-text.tsx';
import { count } from '../../ui/format.ts';
import { LinkButton } from '../../ui/link.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, PartialNote, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { inUnit } from '../../ui/units.ts';
import { ErrorMark } from './error-mark.tsx';
import { traceQuery } from './queries.ts';
import { SpanPanel } from './span-panel.tsx';
import { TraceLogs } from './trace-logs.tsx';
import classes from './traces.module.css';
import { Waterfall } from './waterfall.tsx';

const route = getRouteApi('/shell/traces/$traceId');

/** When, how long, how much, in one line. */
function Summary({ trace }: { trace: TraceDetailView }) {
  const errors = trace.spans.filter(({ status }) => status === 'error').length;
  return (
    <p className={classes['summary']}>
      <span>{inUnit('milliseconds', trace.durationUs / 1000)}</span>
      <span>
        {count(trace.spans.length, 'span')} of {count(trace.services.length, 'service')}
      </span>
      {errors === 0 ? <span>no errors</span> : <ErrorMark>{count(errors, 'error')}</ErrorMark>}
      <Ago at={trace.startedAt} />
      <CopyText text={trace.traceId} />
    </p>
  );
}

function TraceBody({ trace }: { trace: TraceDetailView }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const open = trace.spans.find(({ spanId }) => spanId === search.span);
  const show = (span: string | undefined): void =>
    void navigate({
      to: '/traces/$traceId',
      params: { traceId: trace.traceId },
      search: { span },
      replace: search.span !== undefined,
      resetScroll: false,
    });
  return (
    <div className={classes['trace']} data-beside={open !== undefined || undefined}>
      <Summary trace={trace} />
      {trace.truncated ? (
        <PartialNote
          part="Not the whole trace."
          reason={`Its earliest ${count(trace.spans.length, 'span')} are shown; there are more.`}
        />
      ) : null}
      <Waterfall
        spans={trace.spans}
        services={trace.services}
        durationUs={trace.durationUs}
        openId={open?.spanId}
        onOpen={({ spanId }) => show(spanId)}
      />
      <Section
        title="Log records"
        aside={trace.logs.length === 0 ? undefined : count(trace.logs.length, 'record')}
      >
        {trace.logs.length === 0 ? (
          <p className={classes['none']}>
            No log record names this trace. Records that carry its id, as OpenTelemetry&rsquo;s do, are listed
            here.
          </p>
        ) : (
          <TraceLogs logs={trace.logs} startedAt={trace.startedAt} onSpan={show} />
        )}
      </Section>
      {open === undefined ? null : (
        <SpanPanel
          span={open}
          startedAt={trace.startedAt}
          logs={trace.logs.filter(({ spanId }) => spanId === open.spanId)}
          onClose={() => show(undefined)}
        />
      )}
    </div>
  );
}

const allTraces = (
  <LinkButton to="/traces" variant="default">
    All traces
  </LinkButton>
);

/** One trace as a waterfall: what called what, when, for how long, and what was logged meanwhile. */
export function TracePage() {
  const { traceId } = route.useParams();
  const query = useQuery(traceQuery(traceId));
  const { spans } = query.data ?? { spans: [] };
  const top = spans.find(({ parentSpanId }) => parentSpanId === null) ?? spans[0];
  const missing = query.error instanceof ApiError && query.error.code === 'not_found';
  if (missing && query.data === undefined)
    return (
      <Page title="Trace" hidden>
        <Empty
          title="There is no such trace"
          icon={<IconTimeline size={22} stroke={1.6} />}
          action={allTraces}
        >
          No span of {traceId} is kept. It may have been too old, or its spans have not come yet: they take a
          few seconds.
        </Empty>
      </Page>
    );
  return (
    <Page
      title={top?.name ?? 'Trace'}
      lead={top?.service}
      actions={
        <>
          {allTraces}
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={14} />}
            loading={query.isFetching && query.data !== undefined}
            onClick={() => void query.refetch()}
          >
            Refresh
          </Button>
        </>
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={14} height={28} />}>
        {(trace) => <TraceBody key={trace.traceId} trace={trace} />}
      </Loaded>
    </Page>
  );
}
