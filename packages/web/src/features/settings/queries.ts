import type { Settings } from '@custos/contract';
import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

export function useSaveSettings() {
  const cache = useQueryClient();
  return useAct({
    run: async (change: Partial<Settings>) => {
      const saved = await custos.settings.update(change);
      cache.setQueryData(keys.single('settings'), saved);
      return saved;
    },
    touches: ['settings'],
    done: 'The settings are saved.',
    quiet: true,
  });
}

export const systemQuery = queryOptions({
  queryKey: keys.single('system'),
  queryFn: ({ signal }) => custos.system.status(signal),
  refetchInterval: 10_000,
});

export const usersQuery = queryOptions({
  queryKey: keys.list('users', { all: true }),
  queryFn: ({ signal }) => custos.users.list({ limit: 500 }, signal),
});

export const rolesQuery = queryOptions({
  queryKey: keys.single('roles'),
  queryFn: ({ signal }) => custos.users.roles(signal),
  staleTime: 10 * 60_000,
});

export const tokensQuery = queryOptions({
  queryKey: keys.list('tokens', { all: true }),
  queryFn: ({ signal }) => custos.tokens.list({ limit: 500 }, signal),
});

export const sessionsQuery = queryOptions({
  queryKey: keys.list('sessions', { all: true }),
  queryFn: ({ signal }) => custos.session.list({ limit: 100 }, signal),
});

export function useAddUser() {
  return useAct({
    run: custos.users.create,
    touches: ['users'],
    done: (user) => `${user.name} can sign in.`,
    quiet: true,
  });
}

export function useChangeUser() {
  return useAct({
    run: ({ id, change }: { id: string; change: Parameters<typeof custos.users.update>[1] }) =>
      custos.users.update(id, change),
    touches: ['users'],
    done: (user) => `${user.name} is changed.`,
  });
}

export function useAddToken() {
  return useAct({ run: custos.tokens.create, touches: ['tokens'], quiet: true });
}

export function useRevokeToken() {
  return useAct({ run: custos.tokens.revoke, touches: ['tokens'], done: 'The token is revoked.' });
}

export function useEndSession() {
  return useAct({ run: custos.session.end, touches: ['sessions'], done: 'The session is ended.' });
}

export function useChangePassword() {
  return useAct({
    run: custos.session.changePassword,
    touches: ['sessions'],
    done: 'The password is changed; your other sessions are ended.',
    quiet: true,
  });
}
