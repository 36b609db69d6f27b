import type { IdentityView, Permission } from '@custos/contract';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { custos, isSignedOut } from './client.ts';
import { keys } from './keys.ts';

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async ({ signal }): Promise<IdentityView | null> => {
    try {
      return await custos.session.current(signal);
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

/** Where the person stands with the second factor. */
export const standingQuery = queryOptions({
  queryKey: keys.standing,
  queryFn: ({ signal }) => custos.session.standing(signal),
  staleTime: 5 * 60_000,
});

/** Whether the first set-up is still due. */
export const setupQuery = queryOptions({
  queryKey: keys.setup,
  queryFn: ({ signal }) => custos.setup.state(signal),
  staleTime: 60_000,
});

export function useSession(): IdentityView | null {
  return useQuery(sessionQuery).data ?? null;
}

/** Whether the person may do something; buttons that would be refused are not shown. */
export function useCan(permission: Permission): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

export function useSignOut() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => custos.session.signOut(),
    onSuccess: () => {
      // First the session, while the page still watches it: that leads to the login. Then all that it showed.
      cache.setQueryData(keys.session, null);
      cache.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
    },
  });
}

/** Lists that many pages name things from: at most 500, which is what one page holds. */
export const servicesQuery = queryOptions({
  queryKey: keys.list('services', { all: true }),
  queryFn: ({ signal }) => custos.services.list({ limit: 500 }, signal),
  staleTime: 30_000,
});

export const probesQuery = queryOptions({
  queryKey: keys.list('probes', { all: true }),
  queryFn: ({ signal }) => custos.probes.list({ limit: 500 }, signal),
  staleTime: 30_000,
});

export const channelsQuery = queryOptions({
  queryKey: keys.list('channels', { all: true }),
  queryFn: ({ signal }) => custos.channels.list({ limit: 500 }, signal),
  staleTime: 30_000,
});

export const usersQuery = queryOptions({
  queryKey: keys.list('users', { all: true }),
  queryFn: ({ signal }) => custos.users.list({ limit: 500 }, signal),
  staleTime: 5 * 60_000,
});

export const rolesQuery = queryOptions({
  queryKey: keys.list('roles'),
  queryFn: ({ signal }) => custos.roles.list(signal),
  staleTime: 60_000,
});

/** Requests for a second person that are still open: one's own, and those that one could answer. */
export const openApprovalsQuery = queryOptions({
  queryKey: keys.list('approvals', { open: true }),
  queryFn: ({ signal }) => custos.approvals.list({ state: 'pending', limit: 100 }, signal),
  refetchInterval: 30_000,
});

/** The installation's name, time zone and public address. */
export const settingsQuery = queryOptions({
  queryKey: keys.single('settings'),
  queryFn: ({ signal }) => custos.settings.get(signal),
  staleTime: 5 * 60_000,
});

/** Alerts that wait for someone, for the count in the rail; as many as one page holds. */
export const waitingQuery = queryOptions({
  queryKey: keys.list('alerts', { waiting: true }),
  queryFn: ({ signal }) => custos.alerts.list({ state: 'firing', limit: 100 }, signal),
  staleTime: 30_000,
});

/** The whole overview; the stream keeps it current, and a slow poll catches what a stream could miss. */
export const overviewQuery = queryOptions({
  queryKey: keys.overview,
  queryFn: ({ signal }) => custos.overview.get(signal),
  refetchInterval: 60_000,
});

/** Names by id of services, probes and channels, as far as the person may see them. */
export function useNames(): ReadonlyMap<string, string> {
  const services = useQuery(servicesQuery).data?.items ?? [];
  const probes = useQuery(probesQuery).data?.items ?? [];
  const channels = useQuery({ ...channelsQuery, enabled: useCan('channel.read') }).data?.items ?? [];
  return new Map([...services, ...probes, ...channels].map(({ id, name }) => [id, name]));
}
