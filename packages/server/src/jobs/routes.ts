import { byId, deadJob, done, jobRun, jobRunQuery, jobSchedule, pageOf, pageQuery } from '@custos/contract';
import { formatDuration } from '../base/duration.ts';
import type { Routes } from '../http/types.ts';
import type { Jobs, Page, ScheduleState } from './types.ts';

const toPage = <Item, View>(page: Page<Item>, view: (item: Item) => View) => ({
  items: page.items.map(view),
  nextCursor: page.nextCursor ?? null,
});

/** `/api/v1/jobs`: schedules, runs, and jobs that failed for good. */
export function jobsRoutes(jobs: Jobs): Routes {
  async function scheduleView({ name, timing, nextAt }: ScheduleState) {
    const [last] = (await jobs.runs({ schedule: name, limit: 1 })).items;
    return {
      name,
      timing: 'cron' in timing ? timing.cron : `every ${formatDuration(timing.everyMs)}`,
      timeZone: timing.timeZone ?? 'UTC',
      nextRunAt: nextAt ?? null,
      lastRunAt: last?.startedAt ?? last?.finishedAt ?? null,
      lastOutcome: last?.outcome ?? null,
    };
  }

  return async (server) => {
    server.get(
      '/api/v1/jobs/schedules',
      { config: { access: 'job.read' }, schema: { response: { 200: pageOf(jobSchedule) } } },
      async () => ({
        items: await Promise.all((await jobs.schedules()).map(scheduleView)),
        nextCursor: null,
      }),
    );

    server.get(
      '/api/v1/jobs/runs',
      {
        config: { access: 'job.read' },
        schema: { querystring: jobRunQuery.extend(pageQuery.shape), response: { 200: pageOf(jobRun) } },
      },
      async ({ query }) => {
        const { limit, ...rest } = query;
        const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
        return toPage(await jobs.runs({ ...known, limit: Math.min(limit, 200) }), (run) => run);
      },
    );

    server.get(
      '/api/v1/jobs/dead',
      {
        config: { access: 'job.read' },
        schema: { querystring: pageQuery, response: { 200: pageOf(deadJob) } },
      },
      async ({ query: { cursor, limit } }) => {
        const page = await jobs.deadLetters({
          limit: Math.min(limit, 200),
          ...(cursor !== undefined && { cursor }),
        });
        return toPage(page, (job) => ({
          id: job.id,
          kind: job.kind,
          attempts: job.attempt,
          failedAt: job.diedAt,
          error: job.lastError,
        }));
      },
    );

    for (const act of ['replay', 'discard'] as const) {
      server.post(
        `/api/v1/jobs/dead/:id/${act}`,
        {
          config: {
            access: 'job.manage',
            audit: `job.${act}`,
            ...(act === 'replay' && {
              approval: 'replay-payout',
              approvalWhen: ({ params }) => jobs.isPayout((params as { id: string }).id),
            }),
          },
          schema: { params: byId, response: { 200: done } },
        },
        async ({ params }) => {
          await jobs[act](params.id);
          return { ok: true as const };
        },
      );
    }
  };
}
