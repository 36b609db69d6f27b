import type { DeadJobView, JobRunView, JobScheduleView } from '@custos/contract';
import { Button } from '@mantine/core';
import { IconClock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../../data/loaded.tsx';
import { Paged } from '../../data/paged.tsx';
import { useCan } from '../../data/queries.ts';
import { ConfirmButton } from '../../ui/confirm.tsx';
import { duration } from '../../ui/format.ts';
import { List, type Column } from '../../ui/list.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { Empty, SkeletonRows } from '../../ui/states.tsx';
import { Ago } from '../../ui/time.tsx';
import { deadQuery, schedulesQuery, useDiscard, useReplay, useRunPages } from './queries.ts';
import { Outcome } from './outcome.tsx';

type ScheduleRow = JobScheduleView & { readonly id: string };

const scheduleColumns: Column<ScheduleRow>[] = [
  { title: 'Job', main: true, render: (schedule) => schedule.name },
  {
    title: 'When',
    render: (schedule) => (
      <span className="quiet">
        <span className="mono">{schedule.timing}</span>{' '}
        {schedule.timing.startsWith('every') ? '' : schedule.timeZone}
      </span>
    ),
  },
  { title: 'Last', width: '120px', render: (schedule) => <Ago at={schedule.lastRunAt} empty="never" /> },
  {
    title: 'Outcome',
    width: '130px',
    render: (schedule) =>
      schedule.lastOutcome === null ? (
        <span className="faint">none yet</span>
      ) : (
        <Outcome outcome={schedule.lastOutcome} />
      ),
  },
  { title: 'Next', width: '120px', align: 'right', render: (schedule) => <Ago at={schedule.nextRunAt} /> },
];

const runColumns: Column<JobRunView>[] = [
  { title: 'Job', main: true, render: (run) => run.schedule ?? run.kind },
  { title: 'Outcome', width: '130px', render: (run) => <Outcome outcome={run.outcome} /> },
  { title: 'Error', wide: true, render: (run) => <span className="quiet">{run.error ?? ''}</span> },
  { title: 'Attempt', width: '80px', align: 'right', wide: true, render: (run) => run.attempt },
  {
    title: 'Took',
    width: '100px',
    align: 'right',
    render: (run) => (run.durationMs === null ? '–' : duration(run.durationMs)),
  },
  { title: 'Ended', width: '120px', align: 'right', render: (run) => <Ago at={run.finishedAt} /> },
];

/** Jobs that gave up wait here until someone replays or discards them; the section is absent without any. */
function Dead() {
  const query = useQuery(deadQuery);
  const canManage = useCan('job.manage');
  const replay = useReplay();
  const discard = useDiscard();
  const columns: Column<DeadJobView>[] = [
    { title: 'Job', main: true, render: (job) => job.kind },
    { title: 'Error', render: (job) => <span className="quiet">{job.error ?? 'no error known'}</span> },
    { title: 'Attempts', width: '80px', align: 'right', wide: true, render: (job) => job.attempts },
    { title: 'Failed', width: '110px', align: 'right', render: (job) => <Ago at={job.failedAt} /> },
    {
      title: 'Act',
      width: '170px',
      align: 'right',
      render: (job) =>
        canManage ? (
          <span style={{ display: 'inline-flex', gap: 6 }}>
            <Button size="compact-xs" variant="default" onClick={() => replay.mutate(job.id)}>
              Run again
            </Button>
            <ConfirmButton
              size="compact-xs"
              label="Discard"
              title={`Discard ${job.kind}?`}
              confirm="Discard the job"
              onConfirm={() => discard.mutate(job.id)}
            >
              It failed {job.attempts} times and is never tried again.
            </ConfirmButton>
          </span>
        ) : null,
    },
  ];
  if (query.data?.items.length === 0) return null;
  return (
    <Section title="Gave up">
      <Loaded query={query} skeleton={<SkeletonRows rows={1} />}>
        {({ items }) => <List label="Jobs that gave up" items={items} columns={columns} />}
      </Loaded>
    </Section>
  );
}

/** What Custos does by itself: when, how it went, and what needs a person. */
export function JobsPage() {
  const schedules = useQuery(schedulesQuery);
  const runs = useRunPages();
  const none = (
    <Empty title="Nothing has run yet" icon={<IconClock size={22} stroke={1.6} />}>
      Every run of a job is recorded here.
    </Empty>
  );
  return (
    <Page title="Jobs" lead="What Custos does by itself.">
      <Dead />
      <Section title="Schedules">
        <Loaded query={schedules} skeleton={<SkeletonRows rows={4} />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No schedules">Nothing is planned.</Empty>
            ) : (
              <List
                label="Schedules"
                items={items.map((schedule) => ({ ...schedule, id: schedule.name }))}
                columns={scheduleColumns}
              />
            )
          }
        </Loaded>
      </Section>
      <Section title="Latest runs">
        <Paged query={runs} empty={none}>
          {(items) => <List label="Runs" items={items} columns={runColumns} />}
        </Paged>
      </Section>
    </Page>
  );
}
