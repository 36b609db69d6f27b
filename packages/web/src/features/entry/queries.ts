import type { IdentityView } from '@custos/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

/** After signing in, nothing of whoever was here before may show. */
function useEnter() {
  const cache = useQueryClient();
  return (identity: IdentityView): void => {
    cache.clear();
    cache.setQueryData(keys.session, identity);
  };
}

export function useSignIn() {
  return useMutation({ mutationFn: custos.session.signIn, onSuccess: useEnter() });
}

export function useSetup() {
  return useMutation({ mutationFn: custos.setup.complete, onSuccess: useEnter() });
}
