import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';
import { makePasskey } from '../../data/passkeys.ts';

export const factorsQuery = queryOptions({
  queryKey: keys.list('factors'),
  queryFn: ({ signal }) => custos.factors.list(signal),
});

export const methodsQuery = queryOptions({
  queryKey: keys.single('sign-in-methods'),
  queryFn: ({ signal }) => custos.signIn.methods(signal),
  staleTime: 60_000,
});

export const sessionsQuery = queryOptions({
  queryKey: keys.list('sessions', { all: true }),
  queryFn: ({ signal }) => custos.session.list({ limit: 100 }, signal),
});

/** What a change of factors changes: other sessions end with it, and what is allowed may widen. */
const touched = ['factors', 'standing', 'session', 'sessions'] as const;

export function useBeginTotp() {
  return useAct({ run: () => custos.factors.beginTotp(), touches: [], quiet: true });
}

export function useConfirmTotp() {
  return useAct({
    run: (code: string) => custos.factors.confirmTotp(code),
    touches: touched,
    done: 'The authenticator is in use.',
    quiet: true,
  });
}

export function useRemoveTotp() {
  return useAct({
    run: () => custos.factors.removeTotp(),
    touches: touched,
    done: 'The authenticator is removed.',
  });
}

export function useAddPasskey() {
  return useAct({
    run: async (name: string) => {
      const { ticket, options } = await custos.factors.passkeyOptions();
      return custos.factors.addPasskey({ ticket, name, response: await makePasskey(options) });
    },
    touches: touched,
    done: 'The passkey is added.',
    quiet: true,
  });
}

export function useRemovePasskey() {
  return useAct({
    run: custos.factors.removePasskey,
    touches: touched,
    done: 'The passkey is removed.',
  });
}

export function useRenewRecoveryCodes() {
  return useAct({ run: () => custos.factors.renewRecoveryCodes(), touches: touched });
}

export function useForgetDevices() {
  return useAct({
    run: () => custos.factors.forgetDevices(),
    touches: ['factors'],
    done: 'No browser is known any more.',
  });
}

export function useLinkProvider() {
  return useAct({
    run: async (id: string) => {
      const { url } = await custos.signIn.linkProvider(id);
      window.location.assign(url);
    },
    touches: [],
  });
}

export function useUnlinkProvider() {
  return useAct({ run: custos.signIn.unlinkProvider, touches: ['factors'], done: 'The link is ended.' });
}

export function useEndSession() {
  return useAct({ run: custos.session.end, touches: ['sessions'], done: 'The session is ended.' });
}

export function useEndOthers() {
  return useAct({
    run: () => custos.session.endOthers(),
    touches: ['sessions'],
    done: 'Every other session is ended.',
  });
}

export function useChangePassword() {
  return useAct({
    run: custos.session.changePassword,
    touches: ['session', 'sessions', 'standing'],
    done: 'The password is changed; your other sessions are ended.',
    quiet: true,
  });
}
