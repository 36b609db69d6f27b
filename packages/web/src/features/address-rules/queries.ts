import type { AddressScope } from '@custos/contract';
import { ApiError } from '@custos/client';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const rulesQuery = queryOptions({
  queryKey: keys.list('address-rules'),
  queryFn: ({ signal }) => custos.addressRules.list(signal),
});

export const tokensQuery = queryOptions({
  queryKey: keys.list('tokens', { all: true }),
  queryFn: ({ signal }) => custos.tokens.list({ limit: 500 }, signal),
});

/** Whether the change was held back because it would keep its own author out. */
export function isLockOut(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'lock_out_risk';
}

export interface RuleDraft {
  readonly scope: AddressScope;
  readonly subject: string | null;
  readonly range: string;
  readonly note: string;
  readonly confirm: boolean;
}

export function useAddRule() {
  return useAct({
    run: (draft: RuleDraft) => custos.addressRules.add(draft),
    touches: ['address-rules'],
    done: (rule) => `Calls from ${rule.range} are taken.`,
    quiet: true,
  });
}

export function useRemoveRule() {
  return useAct({
    run: ({ id, confirm }: { id: string; confirm: boolean }) => custos.addressRules.remove(id, confirm),
    touches: ['address-rules'],
    done: 'The rule is removed.',
    quiet: true,
  });
}
