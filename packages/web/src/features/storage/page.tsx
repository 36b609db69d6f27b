import type { StorageStatusView, StoredKindView } from '@custos/contract';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Loaded } from '../../data/loaded.tsx';
import { useNow } from '../../ui/clock.ts';
import { bytes, count } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Figure, Figures, Page, Section } from '../../ui/page.tsx';
import { SkeletonRows } from '../../ui/states.tsx';
import { Ago, day } from '../../ui/time.tsx';
import { kindTitle } from './kinds.ts';
import { storageQuery } from './queries.ts';
import { RetentionForm } from './retention-form.tsx';
import { SizeHistory } from './size-history.tsx';
import classes from './storage.module.css';

type Row = StoredKindView & { readonly id: string };
type Drop = StorageStatusView['dropped'][number] & { readonly id: string };

const columns: Column<Row>[] = [
  { title: 'What', main: true, render: ({ kind }) => kindTitle(kind) },
  {
    title: 'On disk',
    width: '150px',
    align: 'right',
    render: ({ bytes: size, rows, uncompressedBytes }) => (
      <>
        {bytes(size)}
        {rows === 0 || size === 0 ? null : (
          <span className="faint"> {(uncompressedBytes / size).toFixed(1)}×</span>
        )}
      </>
    ),
  },
  {
    title: 'Rows',
    width: '130px',
    align: 'right',
    wide: true,
    render: ({ rows }) => rows.toLocaleString('en'),
  },
  {
    title: 'Grows by',
    width: '120px',
    align: 'right',
    wide: true,
    render: ({ bytesPerDay }) =>
      bytesPerDay === 0 ? <span className="faint">–</span> : `${bytes(bytesPerDay)}/day`,
  },
  {
    title: 'Oldest',
    width: '110px',
    align: 'right',
    wide: true,
    render: ({ oldestAt }) => <Ago at={oldestAt} />,
  },
  {
    title: 'Kept for',
    before: 'kept for',
    width: '150px',
    align: 'right',
    render: ({ retentionDays, held }) => (
      <>
        {retentionDays === null ? 'ever' : count(retentionDays, 'day')}
        {held ? <strong className={classes['held']}> held</strong> : null}
      </>
    ),
  },
];

const dropColumns: Column<Drop>[] = [
  { title: 'What', main: true, render: ({ kind, day: dropped }) => `${kind} of ${dropped}` },
  { title: 'Why', wide: true, render: ({ why }) => <span className="quiet">{why}</span> },
  { title: 'Freed', width: '110px', align: 'right', render: ({ bytes: size }) => bytes(size) },
  { title: 'When', width: '110px', align: 'right', render: ({ at }) => <Ago at={at} /> },
];

/** Growth of a day says nothing of decades. */
const sightMs = 10 * 365 * 86_400_000;

function Content({ status }: { status: StorageStatusView }) {
  const { totalBytes, budgetBytes, diskFreeBytes, diskTotalBytes, fullAt, dropped, history } = status;
  const now = useNow(60_000);
  const full = fullAt === null || fullAt > now + sightMs ? null : fullAt;
  const used = (totalBytes / budgetBytes) * 100;
  return (
    <>
      <Figures>
        <Figure
          label="In columns"
          value={bytes(totalBytes)}
          note={
            <>
              <Meter label="Share of the budget" percent={used} /> of {bytes(budgetBytes)}
            </>
          }
        />
        <Figure
          label="Free on the disk"
          value={bytes(diskFreeBytes)}
          note={diskTotalBytes === null ? 'not known here' : `of ${bytes(diskTotalBytes)}`}
        />
        <Figure
          label="Full"
          value={full === null ? 'not in sight' : day(full)}
          note={
            full === null
              ? 'at the present growth'
              : 'at the present growth; then the least important logs give way'
          }
        />
      </Figures>
      <Section title="By kind">
        <List
          label="Stored telemetry"
          items={status.kinds.map((kind) => ({ ...kind, id: kind.kind }))}
          columns={columns}
        />
      </Section>
      {history.length < 2 ? null : (
        <Section title="Size by day">
          <SizeHistory history={history} />
        </Section>
      )}
      {dropped.length === 0 ? null : (
        <Section title="Given way to the budget">
          <List
            label="Dropped"
            items={dropped.map((drop) => ({ ...drop, id: `${drop.kind} ${drop.day} ${drop.at}` }))}
            columns={dropColumns}
          />
        </Section>
      )}
    </>
  );
}

/** What telemetry takes, how it grows, how long it is kept, and when there is no more room. */
export function StoragePage() {
  const query = useQuery(storageQuery);
  const [editing, setEditing] = useState(false);
  return (
    <Page
      title="Storage"
      lead="What metrics, logs and traces take, and how long they are kept."
      actions={
        query.data === undefined ? null : (
          <Button variant="default" size="xs" onClick={() => setEditing(true)}>
            Change how long
          </Button>
        )
      }
    >
      <Loaded query={query} skeleton={<SkeletonRows rows={7} />}>
        {(status) => (
          <>
            <Content status={status} />
            {editing ? <RetentionForm status={status} onClose={() => setEditing(false)} /> : null}
          </>
        )}
      </Loaded>
    </Page>
  );
}
