import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const serviceQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('services', id),
    queryFn: ({ signal }) => custos.services.get(id, signal),
  });

export const serviceProbesQuery = (serviceId: string) =>
  queryOptions({
    queryKey: keys.list('probes', { serviceId }),
    queryFn: ({ signal }) => custos.probes.list({ serviceId, limit: 200 }, signal),
  });

export const serviceAlertsQuery = (serviceId: string) =>
  queryOptions({
    queryKey: keys.list('alerts', { serviceId }),
    queryFn: ({ signal }) => custos.alerts.list({ serviceId, limit: 12 }, signal),
  });

/** The days of one of its probes. */
export const probeDaysQuery = (probeId: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('probes', probeId), 'days'),
    queryFn: ({ signal }) =>
      custos.probes.days(probeId, { from: Date.now() - 90 * 86_400_000, limit: 100 }, signal),
    staleTime: 10 * 60_000,
  });

const touches = ['services', 'probes', 'overview'];

export function useRemoveService() {
  return useAct({ run: custos.services.remove, touches, done: 'The service is deleted; its probes stay.' });
}

/** Makes a service, or changes the one with `id`. */
export function useSaveService(id: string | undefined) {
  return useAct({
    run: (draft: Parameters<typeof custos.services.create>[0]) =>
      id === undefined ? custos.services.create(draft) : custos.services.update(id, draft),
    touches,
    quiet: true,
  });
}
