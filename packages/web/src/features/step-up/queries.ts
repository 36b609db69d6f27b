import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { canUsePasskeys, signWithPasskey } from '../../data/passkeys.ts';
import type { Proof, ProofMethod } from '../../ui/form/second-factor-form.tsx';

/** By what the person can prove who they are, here and now. */
export const proofMethodsQuery = queryOptions({
  queryKey: keys.part(keys.one('factors', 'own'), 'methods'),
  queryFn: async ({ signal }): Promise<readonly ProofMethod[]> => {
    const [factors, site] = await Promise.all([custos.factors.list(signal), custos.signIn.methods(signal)]);
    const methods: ProofMethod[] = [];
    if (site.passkeys && canUsePasskeys() && factors.passkeys.length > 0) methods.push('passkey');
    if (factors.totp !== null) methods.push('totp');
    const hasFactor = factors.totp !== null || factors.passkeys.length > 0;
    if (hasFactor && factors.recoveryCodesLeft > 0) methods.push('recovery-code');
    return hasFactor ? methods : ['password'];
  },
  staleTime: 0,
});

/** Proves again who is here; the session goes on with another cookie. */
export function useStepUp() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async (proof: Proof) => {
      if (proof.kind !== 'passkey') return custos.session.stepUp({ proof });
      const { ticket, options } = await custos.session.stepUpOptions();
      return custos.session.stepUp({
        ticket,
        proof: { kind: 'passkey', response: await signWithPasskey(options) },
      });
    },
    onSuccess: (identity) => {
      cache.setQueryData(keys.session, identity);
      void cache.invalidateQueries({ queryKey: keys.standing });
    },
  });
}
