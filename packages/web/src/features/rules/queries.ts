import type { RuleView } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const rulesQuery = queryOptions({
  queryKey: keys.list('rules', { all: true }),
  queryFn: ({ signal }) => custos.rules.list({ limit: 500 }, signal),
});

const touches = ['rules', 'alerts'];

export function useSaveRule(id: string | undefined) {
  return useAct({
    run: (draft: Parameters<typeof custos.rules.create>[0]): Promise<RuleView> =>
      id === undefined ? custos.rules.create(draft) : custos.rules.update(id, draft),
    touches,
    done: 'The rule is saved.',
    quiet: true,
  });
}

export function useEnableRule() {
  return useAct({
    run: ({ id, enabled }: { id: string; enabled: boolean }) => custos.rules.update(id, { enabled }),
    touches,
    done: (rule) => (rule.enabled ? `${rule.name} is on.` : `${rule.name} is off: it opens no alerts.`),
  });
}

export function useRemoveRule() {
  return useAct({ run: custos.rules.remove, touches, done: 'The rule is deleted.' });
}
