import type { MetricRuleGroupView } from '@custos/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

/** Rules are evaluated every few seconds; what they say is asked for as often. */
const refreshMs = 10_000;

export const metricRulesQuery = queryOptions({
  queryKey: keys.list('metric-rules'),
  queryFn: ({ signal }) => custos.metricRules.list(signal),
  refetchInterval: refreshMs,
});

/** What is wrong with a rule file. */
export function checkQuery(source: string) {
  return queryOptions({
    queryKey: keys.list('metric-rules', { check: source }),
    queryFn: ({ signal }) => custos.metricRules.check(source, signal),
    enabled: source.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

type Input = Parameters<typeof custos.metricRules.create>[0];
const touches = ['metric-rules', 'alerts'];

/** Adds the groups of a file, or replaces one. */
export function useSaveGroup(id: string | undefined) {
  return useAct({
    run: async (input: Input): Promise<readonly MetricRuleGroupView[]> =>
      id === undefined
        ? (await custos.metricRules.create(input)).groups
        : [await custos.metricRules.update(id, input)],
    touches,
    done: (groups) => (groups.length === 1 ? 'The group is saved.' : `${groups.length} groups are saved.`),
    quiet: true,
  });
}

export function useRemoveGroup() {
  return useAct({ run: custos.metricRules.remove, touches, done: 'The group is deleted.' });
}
