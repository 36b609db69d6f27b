import type { AuditEventView } from '@custos/contract';
import type { AuditFilter } from '@custos/client';
import { queryOptions } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

/** One event, found by its time; null when it is not there. Events never change. */
export const eventQuery = (id: string, at: number | undefined) =>
  queryOptions({
    queryKey: keys.one('audit', id),
    queryFn: async ({ signal }): Promise<AuditEventView | null> => {
      if (at === undefined) return null;
      const { items } = await custos.audit.list({ from: at, to: at + 1, limit: 500 }, signal);
      return items.find((event) => event.id === id) ?? null;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useAuditPages(filter: AuditFilter) {
  return usePages<AuditEventView>({
    queryKey: keys.list('audit', filter),
    fetch: (page, signal) => custos.audit.list({ ...filter, ...page }, signal),
  });
}
