import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

type Users = typeof custos.users;

export const fetchUsers = custos.users.list;

export const teamsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('users', id), 'teams'),
    queryFn: ({ signal }) => custos.users.teams(id, signal),
  });

export const userSessionsQuery = (id: string) =>
  queryOptions({
    queryKey: keys.part(keys.one('users', id), 'sessions'),
    queryFn: ({ signal }) => custos.users.sessions(id, { limit: 100 }, signal),
  });

/** Which links can be sent from here. */
export const signInMethodsQuery = queryOptions({
  queryKey: keys.single('sign-in-methods'),
  queryFn: ({ signal }) => custos.signIn.methods(signal),
  staleTime: 60_000,
});

export function useInvite() {
  return useAct({
    run: custos.users.invite,
    touches: ['users'],
    done: (user) => `An invitation is on its way to ${user.email}.`,
    quiet: true,
  });
}

export function useChangeUser() {
  return useAct({
    run: ({ id, change }: { id: string; change: Parameters<Users['update']>[1] }) =>
      custos.users.update(id, change),
    touches: ['users', 'access-reviews'],
    done: (user) => `${user.name} is changed.`,
  });
}

export function useSetTeams(id: string) {
  return useAct({
    run: (teams: readonly string[]) => custos.users.setTeams(id, teams),
    touches: ['users'],
    done: 'The teams are saved.',
    quiet: true,
  });
}

export function useSendLink() {
  return useAct({
    run: custos.users.sendLink,
    touches: ['users'],
    done: 'A link to choose a password is on its way.',
  });
}

export function useEndSessions() {
  return useAct({
    run: custos.users.endSessions,
    touches: ['users'],
    done: 'Every session of this person is ended.',
  });
}

export function useResetFactors() {
  return useAct({
    run: custos.users.resetFactors,
    touches: ['users'],
    done: 'The second factors are taken away. The person sets up new ones after signing in.',
  });
}
