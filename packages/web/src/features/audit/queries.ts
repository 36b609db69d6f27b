import type { AuditFilter } from '@custos/client';
import { httpResources, type FetchResource } from '@custos/client/ledger';
import { infiniteQueryOptions, queryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { useDownload } from '../../data/downloads.ts';
import { keys } from '../../data/keys.ts';
import type { Steps } from './steps.ts';

/** Reading the log is on record, so it is read when somebody asks for it and never by itself. */
const onRequest = {
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;

const pagesOptions = (filter: AuditFilter, asOf: number) =>
  infiniteQueryOptions({
    queryKey: keys.list('audit', { filter, asOf }),
    queryFn: ({ pageParam, signal }) =>
      custos.audit.list({ ...filter, cursor: pageParam, limit: 50 }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
    placeholderData: (before) => before,
    ...onRequest,
  });

/** Events that fit, newest first, as seen at `asOf`. */
export function useEvents(filter: AuditFilter, asOf: number) {
  return useInfiniteQuery(pagesOptions(filter, asOf));
}
export type EventsQuery = ReturnType<typeof useEvents>;

/** One event with its proof. It never changes; its receipt comes a moment after it. */
export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('audit', id),
    queryFn: ({ signal }) => custos.audit.get(id, signal),
    ...onRequest,
  });

export const histogramQuery = (filter: AuditFilter, steps: Steps) =>
  queryOptions({
    queryKey: ['audit-histogram', filter, steps],
    queryFn: ({ signal }) => custos.audit.histogram({ ...filter, ...steps }, signal),
    placeholderData: (before) => before,
    ...onRequest,
  });

/** Values of a field among the events that fit, most frequent first. */
export const topQuery = (filter: AuditFilter, field: TopField) =>
  queryOptions({
    queryKey: ['audit-top', filter, field],
    queryFn: ({ signal }) => custos.audit.top({ ...filter, field, limit: 20 }, signal),
    ...onRequest,
  });
export type TopField = Parameters<typeof custos.audit.top>[0]['field'];

export const typesQuery = queryOptions({
  queryKey: ['audit-types'],
  queryFn: ({ signal }) => custos.audit.types(signal),
  staleTime: 10 * 60_000,
});

/** Logs with their sizes, keys and the policy. */
export const ledgerQuery = queryOptions({
  queryKey: keys.single('ledger'),
  queryFn: ({ signal }) => custos.audit.ledger.status(signal),
});

export const searchesQuery = queryOptions({
  queryKey: ['audit-searches'],
  queryFn: ({ signal }) => custos.audit.searches.list(signal),
});

export function useReveal() {
  return useAct({
    run: ({ id, field, reason }: { id: string; field: string; reason: string }) =>
      custos.audit.reveal(id, { field, reason }),
    touches: [],
    quiet: true,
  });
}

/** What a log serves, asked for anew each time: a copy that the browser kept would prove nothing about now. */
export function logResources(origin: string): FetchResource {
  const path = origin.split('/').map(encodeURIComponent).join('/');
  return httpResources(`/ledger/${path}/`, { credentials: 'same-origin', cache: 'no-store' });
}

type ExportInput = NonNullable<Parameters<typeof custos.audit.export>[0]>;

/** Downloads everything that fits. */
export function useExport() {
  return useDownload({ open: (input: ExportInput) => custos.audit.export(input), name: 'audit.txt' });
}

type SearchInput = Parameters<typeof custos.audit.searches.create>[0];

export function useKeepSearch() {
  return useAct({
    run: ({ id, ...input }: SearchInput & { readonly id: string | null }) =>
      id === null ? custos.audit.searches.create(input) : custos.audit.searches.update(id, input),
    touches: ['audit-searches'],
    done: 'The search is kept.',
    quiet: true,
  });
}

export function useForgetSearch() {
  return useAct({
    run: (id: string) => custos.audit.searches.remove(id),
    touches: ['audit-searches'],
    done: 'The search is removed.',
  });
}

/** Makes an evidence archive and downloads it. */
export function useEvidence() {
  return useDownload({
    open: (input: Parameters<typeof custos.audit.evidence>[0]) => custos.audit.evidence(input),
    name: 'evidence.zip',
    quiet: true,
  });
}

const lookMs = 10_000;
/** Reading and verifying are events themselves; one's own would always be news. */
const reading = new Set(['audit.read', 'ledger.read']);

/** How many events came after `since` that fit; only counted, which puts nothing on record. */
export const newCountQuery = (filter: AuditFilter, since: number) =>
  queryOptions({
    queryKey: ['audit-new', filter, since],
    queryFn: async ({ signal }) => {
      const { values } = await custos.audit.top(
        { ...filter, from: since, field: 'action', limit: 1000 },
        signal,
      );
      const counted =
        filter.action === undefined ? values.filter(({ value }) => !reading.has(value)) : values;
      return counted.reduce((sum, { count }) => sum + count, 0);
    },
    refetchInterval: lookMs,
    refetchOnWindowFocus: false,
    retry: false,
    staleTime: 0,
  });
