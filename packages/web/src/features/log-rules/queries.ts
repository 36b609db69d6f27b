import type { LogRuleView } from '@custos/contract';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

/** Rules are evaluated every few seconds; what they say is asked for as often. */
const refreshMs = 10_000;

export const logRulesQuery = queryOptions({
  queryKey: keys.list('log-rules'),
  queryFn: ({ signal }) => custos.logRules.list(signal),
  refetchInterval: refreshMs,
});

/** Matches of a search in the hour before `to`, by the minute. */
export const lastHourQuery = (query: string, to: number) =>
  queryOptions({
    queryKey: keys.list('logs', { lastHour: query, to }),
    queryFn: ({ signal }) => custos.logs.histogram({ query, from: to - 3_600_000, to, buckets: 60 }, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });

type Input = Parameters<typeof custos.logRules.create>[0];
const touches = ['log-rules', 'alerts'];

export function useSaveLogRule(id: string | undefined) {
  return useAct({
    run: (input: Input): Promise<LogRuleView> =>
      id === undefined ? custos.logRules.create(input) : custos.logRules.update(id, input),
    touches,
    done: 'The rule is saved.',
    quiet: true,
  });
}

export function useRemoveLogRule() {
  return useAct({ run: custos.logRules.remove, touches, done: 'The rule is deleted.' });
}
