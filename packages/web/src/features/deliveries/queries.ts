import type { DeliveryState, DeliveryView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

export function useDeliveryPages(state: DeliveryState | undefined) {
  return usePages<DeliveryView>({
    queryKey: keys.list('deliveries', { state }),
    fetch: (page, signal) =>
      custos.deliveries.list({ ...(state === undefined ? {} : { state }), ...page }, signal),
  });
}

export const countsQuery = queryOptions({
  queryKey: keys.list('deliveries', { counts: true }),
  queryFn: ({ signal }) => custos.deliveries.counts(signal),
});

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('deliveries', id),
    queryFn: ({ signal }) => custos.deliveries.get(id, signal),
  });

export function useRetry() {
  return useAct({
    run: custos.deliveries.retry,
    touches: ['deliveries', 'alerts'],
    done: 'It is sent again.',
  });
}
