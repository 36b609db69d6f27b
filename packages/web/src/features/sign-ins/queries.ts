import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export const policyQuery = queryOptions({
  queryKey: keys.single('sign-in-policy'),
  queryFn: ({ signal }) => custos.signIn.policy(signal),
});

export const methodsQuery = queryOptions({
  queryKey: keys.single('sign-in-methods'),
  queryFn: ({ signal }) => custos.signIn.methods(signal),
  staleTime: 60_000,
});

export type Wish = 'required' | 'optional' | 'default';

export function useChangePolicy() {
  const cache = useQueryClient();
  return useAct({
    run: async ({ role, wish }: { role: string; wish: Wish }) => {
      const policy = await custos.signIn.changePolicy({ roles: { [role]: wish } });
      cache.setQueryData(policyQuery.queryKey, policy);
      return policy;
    },
    touches: ['sign-in-policy', 'standing'],
    done: 'The policy is changed.',
  });
}
