import type { IngestSourceView, IngestStatusView, ScrapeTargetView } from '@custos/contract';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { bytes, count, duration } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Figure, Figures, Page, Section } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { StatusWord } from '../../ui/status.tsx';
import { Ago } from '../../ui/time.tsx';
import { HowToSend } from './how-to-send.tsx';
import { ingestQuery } from './queries.ts';
import { Sparkline } from './sparkline.tsx';
import classes from './ingest.module.css';

type SourceRow = IngestSourceView & { readonly id: string };
type TargetRow = ScrapeTargetView & { readonly id: string };

const items: Readonly<Record<IngestSourceView['signal'], string>> = {
  metrics: 'sample',
  logs: 'record',
  traces: 'span',
};

/** A rate in a few digits: `0.4`, `12`, `3,400`. */
const rate = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });

const sourceColumns: Column<SourceRow>[] = [
  {
    title: 'Who sends',
    main: true,
    render: (source) => (
      <span className={classes['who']}>
        {source.name} <span className="faint">{source.door}</span>
      </span>
    ),
  },
  { title: 'What', width: '90px', render: (source) => source.signal },
  {
    title: 'Last hour',
    width: '120px',
    wide: true,
    render: (source) => (
      <Sparkline values={source.history} label={`Rate of ${source.name} in the last hour`} />
    ),
  },
  {
    title: 'Rate',
    width: '150px',
    align: 'right',
    render: (source) => (
      <>
        {rate(source.perSecond)}/s
        <span className="faint"> · {bytes(source.bytesPerSecond)}/s</span>
      </>
    ),
  },
  {
    title: 'Accepted',
    width: '130px',
    align: 'right',
    wide: true,
    render: (source) => count(source.accepted, items[source.signal]),
  },
  {
    title: 'Refused',
    after: 'refused',
    width: '100px',
    align: 'right',
    render: (source) =>
      source.refused === 0 ? (
        <span className="faint">none</span>
      ) : (
        <strong>{source.refused.toLocaleString('en')}</strong>
      ),
  },
  { title: 'Last', width: '90px', align: 'right', render: (source) => <Ago at={source.lastSeenAt} /> },
];

const targetColumns: Column<TargetRow>[] = [
  {
    title: 'Target',
    main: true,
    render: (target) => (
      <span className={classes['who']}>
        {target.url} <span className="faint">{target.job}</span>
      </span>
    ),
  },
  { title: 'Health', width: '110px', render: (target) => <StatusWord status={target.health} /> },
  {
    title: 'Why',
    wide: true,
    render: (target) => <span className="quiet">{target.lastError ?? ''}</span>,
  },
  {
    title: 'Samples',
    width: '90px',
    align: 'right',
    wide: true,
    render: (target) => target.samples?.toLocaleString('en') ?? '–',
  },
  {
    title: 'Took',
    width: '90px',
    align: 'right',
    render: (target) => (target.lastDurationMs === null ? '–' : duration(target.lastDurationMs)),
  },
  {
    title: 'Last',
    width: '90px',
    align: 'right',
    render: (target) => <Ago at={target.lastScrapeAt} empty="never" />,
  },
];

/** What was refused, by sender and reason, with what the sender was told. */
function Refusals({ sources }: { sources: readonly IngestSourceView[] }) {
  const all = sources.flatMap((source) =>
    source.refusals.map((refusal) => ({ ...refusal, from: `${source.name} (${source.door})` })),
  );
  if (all.length === 0) return null;
  return (
    <Section title="Refused">
      <ul className={classes['refusals']}>
        {all
          .toSorted((one, other) => other.lastAt - one.lastAt)
          .map((refusal) => (
            <li key={`${refusal.from} ${refusal.reason}`}>
              <div>
                <strong>{refusal.count.toLocaleString('en')}</strong> × {refusal.reason.replaceAll('_', ' ')}{' '}
                <span className="faint">from {refusal.from}</span> · <Ago at={refusal.lastAt} />
              </div>
              <p className="quiet">{refusal.example}</p>
            </li>
          ))}
      </ul>
    </Section>
  );
}

function SpoolNote({ spool }: { spool: IngestStatusView['spool'] }) {
  if (spool.columnsUp) return spool.lastError === null ? 'on its way to columns' : spool.lastError;
  return 'columns is down: everything waits here, and nothing is lost';
}

function Content({ status }: { status: IngestStatusView }) {
  const { sources, targets, spool, addresses } = status;
  const senders = sources.filter((source) => source.door !== 'collector');
  const sum = (pick: (source: IngestSourceView) => number): number =>
    sources.reduce((total, source) => total + pick(source), 0);
  return (
    <>
      <Figures>
        <Figure
          label="Coming in"
          value={`${rate(sum((source) => source.perSecond))}/s`}
          note={`${bytes(sum((source) => source.bytesPerSecond))}/s`}
        />
        <Figure
          label="Active series"
          value={status.series.toLocaleString('en')}
          note={`of at most ${status.seriesLimit.toLocaleString('en')}`}
        />
        <Figure
          label="Refused since the start"
          value={sum((source) => source.refused).toLocaleString('en')}
        />
        <Figure
          label="Waiting in the spool"
          value={bytes(spool.bytes)}
          note={
            <>
              <SpoolNote spool={spool} />
              {spool.oldestMs === null ? null : `, oldest ${duration(spool.oldestMs)}`}, of at most{' '}
              {bytes(spool.limitBytes)}
            </>
          }
        />
      </Figures>
      {senders.length > 0 ? null : (
        <Empty title="Nobody sends anything yet">
          {sources.length > 0 ? 'Only Custos itself is measured. ' : ''}Point OpenTelemetry, Prometheus,
          Promtail, pino or syslog here.
        </Empty>
      )}
      {sources.length === 0 ? null : (
        <Section title="Senders">
          <List
            label="Senders"
            items={sources.map((source) => ({
              ...source,
              id: `${source.door} ${source.signal} ${source.name}`,
            }))}
            columns={sourceColumns}
          />
        </Section>
      )}
      <Refusals sources={sources} />
      {targets.length === 0 ? null : (
        <Section title="Scraped targets">
          <List
            label="Scraped targets"
            items={targets.map((target) => ({ ...target, id: `${target.job} ${target.url}` }))}
            columns={targetColumns}
          />
        </Section>
      )}
      <Section title="How to send">
        <HowToSend base={addresses.base} syslog={addresses.syslog} />
      </Section>
    </>
  );
}

/** Who sends what, what is refused and why, and whether the way to columns is free. */
export function IngestPage() {
  const query = useQuery(ingestQuery);
  return (
    <Page title="Ingest" lead="Who sends metrics, logs and traces, and what is refused.">
      <Loaded query={query} skeleton={<SkeletonRows rows={6} />}>
        {(status) => <Content status={status} />}
      </Loaded>
    </Page>
  );
}
