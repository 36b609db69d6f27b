import type { TraceFilter } from '@custos/client';
import { queryOptions } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

/** Traces that fit, newest first. */
export function useTraces(filter: TraceFilter) {
  return usePages({
    queryKey: keys.list('traces', filter),
    fetch: (page, signal) => custos.traces.list({ ...filter, ...page }, signal),
  });
}

/** Whether any trace was ever kept, for a list that is empty. */
export const anyTraceQuery = queryOptions({
  queryKey: keys.list('traces', { any: true }),
  queryFn: async ({ signal }) =>
    (await custos.traces.list({ from: Date.now() - 400 * 86_400_000, limit: 1 }, signal)).items.length > 0,
});

/** One trace. Spans of one that runs still come in, so it is asked for again when somebody comes back to it. */
export const traceQuery = (traceId: string) =>
  queryOptions({
    queryKey: keys.one('traces', traceId),
    queryFn: ({ signal }) => custos.traces.get(traceId, signal),
  });
