import type { IdentityView } from '@custos/contract';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { signWithPasskey } from '../../data/passkeys.ts';
import type { Proof } from '../../ui/form/second-factor-form.tsx';
import type { FactorStep } from './second-step.ts';

/** What the page of the sign-in offers here. */
export const methodsQuery = queryOptions({
  queryKey: keys.single('sign-in-methods'),
  queryFn: ({ signal }) => custos.signIn.methods(signal),
  staleTime: 60_000,
});

/** After signing in, nothing of whoever was here before may show. */
function useEnter() {
  const cache = useQueryClient();
  return (identity: IdentityView): void => {
    cache.clear();
    cache.setQueryData(keys.session, identity);
  };
}

/** The password; resolves with the next step where it is not enough. */
export function useSignIn() {
  const enter = useEnter();
  return useMutation({
    mutationFn: custos.session.signIn,
    onSuccess: (outcome) => {
      if (!('step' in outcome)) enter(outcome);
    },
  });
}

export function useSecondStep() {
  return useMutation({
    mutationFn: async ({ step, proof }: { step: FactorStep; proof: Proof }) => {
      const { ticket } = step;
      if (proof.kind === 'password') throw new Error('the password was the first step');
      if (proof.kind !== 'passkey') return custos.session.secondFactor({ ticket, proof });
      const response = await signWithPasskey(step.passkey ?? {});
      return custos.session.secondFactor({ ticket, proof: { kind: 'passkey', response } });
    },
    onSuccess: useEnter(),
  });
}

export function usePasskeySignIn() {
  return useMutation({
    mutationFn: async () => {
      const { ticket, options } = await custos.session.passkeyOptions();
      return custos.session.passkey({ ticket, response: await signWithPasskey(options) });
    },
    onSuccess: useEnter(),
  });
}

export function useSetup() {
  return useMutation({ mutationFn: custos.setup.complete, onSuccess: useEnter() });
}

export function useAskReset() {
  return useMutation({ mutationFn: custos.signIn.askReset });
}

/** What a link is for. Asked once: a link that is used up answers as one that never was. */
export const linkQuery = (token: string) =>
  queryOptions({
    queryKey: keys.one('sign-in-link', token),
    queryFn: ({ signal }) => custos.signIn.lookAtLink(token, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
  });

export function useLink() {
  return useMutation({ mutationFn: custos.signIn.useLink });
}

/** Where a link leads that signs in by an identity provider. */
export const providerPath = custos.signIn.providerPath;
