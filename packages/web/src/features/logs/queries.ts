import type { LogFilter } from '@custos/client';
import type { LogRecordView } from '@custos/contract';
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { useDownload } from '../../data/downloads.ts';
import { keys } from '../../data/keys.ts';

/** A search through much costs much, so it is made when somebody asks for it. */
const onRequest = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

const recordsOptions = (filter: LogFilter, asOf: number) =>
  infiniteQueryOptions({
    queryKey: keys.list('logs', { filter, asOf }),
    queryFn: ({ pageParam, signal }) =>
      custos.logs.list({ ...filter, cursor: pageParam, limit: 200 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    placeholderData: keepPreviousData,
    ...onRequest,
  });

/** Records that fit, newest first, as seen at `asOf`. */
export function useRecords(filter: LogFilter, asOf: number) {
  return useInfiniteQuery(recordsOptions(filter, asOf));
}

/** Whether any record is kept at all. */
export const anyRecordQuery = queryOptions({
  queryKey: ['logs-any'],
  queryFn: async ({ signal }) => (await custos.logs.list({ from: 0, limit: 1 }, signal)).items.length > 0,
});

export const histogramQuery = (filter: LogFilter, asOf: number) =>
  queryOptions({
    queryKey: ['logs-histogram', filter, asOf],
    queryFn: ({ signal }) => custos.logs.histogram({ ...filter, buckets: 90 }, signal),
    placeholderData: keepPreviousData,
    ...onRequest,
  });

/** What can be written at the caret: fields, or values of one. */
export const suggestionsQuery = (filter: LogFilter, field: string | null, prefix: string) =>
  queryOptions({
    queryKey: ['logs-suggestions', filter, field, prefix],
    queryFn: async ({ signal }): Promise<readonly { readonly text: string; readonly records: number }[]> => {
      if (field === null) {
        const { fields } = await custos.logs.fields({ ...filter, prefix }, signal);
        return fields.map(({ name, records }) => ({ text: name, records }));
      }
      const { values } = await custos.logs.values({ ...filter, field, prefix }, signal);
      return values.map(({ value, records }) => ({ text: value, records }));
    },
    placeholderData: keepPreviousData,
    ...onRequest,
  });

/** One record; it never changes. */
export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('logs', id),
    queryFn: ({ signal }) => custos.logs.get(id, signal),
    ...onRequest,
  });

/** Keeps records that are at hand, so that their panel has them at once. */
export function useKeepRecord(): (record: LogRecordView) => void {
  const cache = useQueryClient();
  return (record) => cache.setQueryData(recordQuery(record.id).queryKey, record);
}

export const aroundQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('logs', id), 'around'),
    queryFn: ({ signal }) => custos.logs.around(id, signal),
    ...onRequest,
  });

/** Similar lines, folded into shapes. */
export const patternsQuery = (filter: LogFilter, asOf: number) =>
  queryOptions({
    queryKey: ['logs-patterns', filter, asOf],
    queryFn: ({ signal }) => custos.logs.patterns(filter, signal),
    placeholderData: keepPreviousData,
    ...onRequest,
  });

export function useSql() {
  return useAct({ run: (sql: string) => custos.logs.sql(sql), touches: [], quiet: true });
}

type ExportInput = Parameters<typeof custos.logs.export>[0];

/** Downloads everything that fits. */
export function useExport() {
  return useDownload({ open: (input: ExportInput) => custos.logs.export(input), name: 'logs.txt' });
}

export const searchesQuery = queryOptions({
  queryKey: ['logs-searches'],
  queryFn: ({ signal }) => custos.logs.searches(signal),
});

type SearchInput = Parameters<typeof custos.logs.saveSearch>[0];

export function useKeepSearch() {
  return useAct({
    run: ({ id, ...input }: SearchInput & { readonly id: string | null }) =>
      id === null ? custos.logs.saveSearch(input) : custos.logs.changeSearch(id, input),
    touches: ['logs-searches'],
    done: 'The search is kept.',
    quiet: true,
  });
}

export function useForgetSearch() {
  return useAct({
    run: (id: string) => custos.logs.removeSearch(id),
    touches: ['logs-searches'],
    done: 'The search is removed.',
  });
}
