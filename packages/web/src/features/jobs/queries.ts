import type { JobRunView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

export const schedulesQuery = queryOptions({
  queryKey: keys.list('jobs', { part: 'schedules' }),
  queryFn: ({ signal }) => custos.jobs.schedules({ limit: 200 }, signal),
  refetchInterval: 30_000,
});

export const deadQuery = queryOptions({
  queryKey: keys.list('jobs', { part: 'dead' }),
  queryFn: ({ signal }) => custos.jobs.dead({ limit: 200 }, signal),
  refetchInterval: 30_000,
});

export function useRunPages() {
  return usePages<JobRunView>({
    queryKey: keys.list('jobs', { part: 'runs' }),
    fetch: (page, signal) => custos.jobs.runs(page, signal),
  });
}

export function useReplay() {
  return useAct({ run: custos.jobs.replay, touches: ['jobs'], done: 'The job runs again.' });
}

export function useDiscard() {
  return useAct({ run: custos.jobs.discard, touches: ['jobs'], done: 'The job is discarded.' });
}
