import type { DashboardView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { boardOf, withChart, type Shown } from './to-dashboard.ts';

/** Dashboards that can be added to: those that do not come with Custos. */
export const boardsQuery = queryOptions({
  queryKey: keys.list('dashboards'),
  queryFn: ({ signal }) => custos.dashboards.list(signal),
});

/** Adds what is shown to a dashboard, or makes one of it. */
export function useAddToBoard() {
  return useAct({
    run: async ({ id, ...shown }: Shown & { readonly id: string | null }): Promise<DashboardView> => {
      if (id === null) {
        const name = `Metrics, ${new Date().toISOString().slice(0, 19).replace('T', ' ')}`;
        return custos.dashboards.create(boardOf(shown, name));
      }
      const { name, description, shared, variables, panels, updatedAt } = await custos.dashboards.get(id);
      return custos.dashboards.update(id, {
        name,
        description,
        shared,
        variables,
        panels: withChart(panels, shown),
        basedOn: updatedAt,
      });
    },
    touches: ['dashboards'],
    done: ({ name }) => `It is a panel of ${name} now.`,
  });
}
