import { logRecord, pageOf, type DashboardInput, type DashboardView } from '@custos/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const dashboardsQuery = queryOptions({
  queryKey: keys.list('dashboards'),
  queryFn: ({ signal }) => custos.dashboards.list(signal),
});

export function dashboardQuery(id: string) {
  return queryOptions({
    queryKey: keys.one('dashboards', id),
    queryFn: ({ signal }) => custos.dashboards.get(id, signal),
  });
}

const touches = ['dashboards'];

export function useMakeDashboard() {
  return useAct({
    run: (input: DashboardInput): Promise<DashboardView> => custos.dashboards.create(input),
    touches,
    done: (made) => `${made.name} is made.`,
    quiet: true,
  });
}

export function useSaveDashboard(id: string) {
  return useAct({
    run: (change: DashboardInput & { basedOn: number }) => custos.dashboards.update(id, change),
    touches,
    done: 'The dashboard is saved.',
    quiet: true,
  });
}

export function useRemoveDashboard() {
  return useAct({ run: custos.dashboards.remove, touches, done: 'The dashboard is deleted.' });
}

/** The newest records that a search finds, for a panel. */
export function panelLogsQuery(search: string, { from, to }: { from: number; to: number }) {
  return queryOptions({
    queryKey: keys.list('logs', { panel: true, search, from, to }),
    queryFn: ({ signal }) =>
      custos.request('GET', '/api/v1/logs', {
        schema: pageOf(logRecord),
        query: {
          query: search,
          from: new Date(from).toISOString(),
          to: new Date(to).toISOString(),
          limit: 100,
        },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}
