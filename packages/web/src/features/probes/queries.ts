import type { ProbeKindName, ProbeView, Status } from '@custos/contract';
import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { usePages } from '../../data/paged.tsx';

export interface ProbeFilter {
  readonly search?: string | undefined;
  readonly status?: Status | undefined;
  readonly kind?: ProbeKindName | undefined;
}

export function useProbePages(filter: ProbeFilter) {
  return usePages<ProbeView>({
    queryKey: keys.list('probes', filter),
    fetch: (page, signal) => custos.probes.list({ ...defined(filter), ...page }, signal),
  });
}

/** The filter without what is not set: the client's types tell absent from undefined. */
function defined({ search, status, kind }: ProbeFilter) {
  return {
    ...(search === undefined ? {} : { search }),
    ...(status === undefined ? {} : { status }),
    ...(kind === undefined ? {} : { kind }),
  };
}

export const kindsQuery = queryOptions({
  queryKey: keys.single('probe-kinds'),
  queryFn: ({ signal }) => custos.probes.kinds(signal),
  staleTime: Number.POSITIVE_INFINITY,
});

export const probeQuery = (id: string) =>
  queryOptions({
    queryKey: keys.one('probes', id),
    queryFn: ({ signal }) => custos.probes.get(id, signal),
    // The stream brings results without their measured values.
    refetchInterval: 15_000,
  });

export interface SeriesAsk {
  readonly from: number;
  readonly to: number;
  readonly value: string;
  /** Intervals at most. */
  readonly points: number;
}

export const seriesQuery = (id: string, ask: SeriesAsk) =>
  queryOptions({
    queryKey: keys.part(keys.one('probes', id), 'series', ask),
    queryFn: ({ signal }) => custos.probes.series(id, ask, signal),
    placeholderData: (before) => before,
  });

export const daysQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('probes', id), 'days'),
    queryFn: ({ signal }) =>
      custos.probes.days(id, { from: Date.now() - 90 * 86_400_000, limit: 100 }, signal),
    staleTime: 10 * 60_000,
  });

export const changesQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('probes', id), 'changes'),
    queryFn: ({ signal }) => custos.probes.changes(id, { limit: 30 }, signal),
  });

export const resultsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('probes', id), 'results'),
    queryFn: ({ signal }) => custos.probes.results(id, { limit: 20 }, signal),
    refetchInterval: 30_000,
  });

const touches = ['probes', 'services', 'overview'];

export function usePause(id: string) {
  return useAct({
    run: (paused: boolean) => custos.probes.update(id, { paused }),
    touches,
    done: (probe) =>
      probe.paused
        ? `${probe.name} is paused: it is not checked and pages nobody.`
        : `${probe.name} is checked again.`,
  });
}

export function useCheckNow(id: string) {
  return useAct({
    run: () => custos.probes.check(id),
    touches,
    done: (result) => `Checked: ${result.status}${result.message === '' ? '' : `, ${result.message}`}`,
  });
}

export function useRemoveProbe() {
  return useAct({
    run: custos.probes.remove,
    touches: [...touches, 'alerts'],
    done: 'The probe is deleted.',
  });
}

type ProbeDraft = Parameters<typeof custos.probes.create>[0];

/** Makes a probe, or changes the one with `id`. */
export function useSaveProbe(id: string | undefined) {
  const cache = useQueryClient();
  return useAct({
    run: async (draft: ProbeDraft) => {
      if (id === undefined) return custos.probes.create(draft);
      const { kind: _kept, ...change } = draft;
      const saved = await custos.probes.update(id, change);
      cache.setQueryData(keys.one('probes', id), saved);
      return saved;
    },
    touches,
    quiet: true,
  });
}

export function useTryProbe() {
  return useAct({
    run: (ask: Parameters<typeof custos.probes.try>[0]) => custos.probes.try(ask),
    touches: [],
    quiet: true,
  });
}
