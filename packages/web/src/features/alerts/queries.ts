import type { AlertView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';
import { count } from '../../ui/format.ts';

export type AlertShow = 'open' | 'firing' | 'acknowledged' | 'resolved' | 'all';

export function useAlertPages(show: AlertShow, search: string | undefined) {
  return usePages<AlertView>({
    queryKey: keys.list('alerts', { show, search }),
    fetch: (page, signal) =>
      custos.alerts.list(
        { ...(show === 'all' ? {} : { state: show }), ...(search === undefined ? {} : { search }), ...page },
        signal,
      ),
  });
}

export const alertQuery = (id: string) =>
  queryOptions({ queryKey: keys.one('alerts', id), queryFn: ({ signal }) => custos.alerts.get(id, signal) });

/** What was sent about an alert. */
export const alertDeliveriesQuery = (alertId: string) =>
  queryOptions({
    queryKey: keys.list('deliveries', { alertId }),
    queryFn: ({ signal }) => custos.deliveries.list({ alertId, limit: 50 }, signal),
  });

const touches = ['alerts', 'overview', 'rules'];

/** Acknowledges one or many with the same note; stops at the first that is refused. */
export function useAcknowledge() {
  return useAct({
    run: async ({ ids, note }: { ids: readonly string[]; note: string }) => {
      for (const id of ids) await custos.alerts.acknowledge(id, note);
      return ids.length;
    },
    touches,
    done: (amount) => `${count(amount, 'alert')} acknowledged.`,
  });
}

export function useResolve() {
  return useAct({
    run: ({ id, note }: { id: string; note: string }) => custos.alerts.resolve(id, note),
    touches,
    done: 'The alert is resolved.',
  });
}
