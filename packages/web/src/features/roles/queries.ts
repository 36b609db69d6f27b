import type { RolePreset } from '@custos/contract';
import { queryOptions } from '@tanstack/react-query';
import { useAct } from '../../data/acts.ts';
import { custos } from '../../data/client.ts';
import { keys } from '../../data/keys.ts';

const touched = ['roles', 'session', 'sign-in-policy'] as const;

export const presetQuery = queryOptions({
  queryKey: keys.single('role-preset'),
  queryFn: ({ signal }) => custos.roles.preset(signal),
  staleTime: 60_000,
});

export type RoleInput = Parameters<typeof custos.roles.create>[0];

/** Makes a role, or changes the one of this name. */
export function useSaveRole(isNew: boolean) {
  return useAct({
    run: ({ name, ...rest }: RoleInput) =>
      isNew ? custos.roles.create({ name, ...rest }) : custos.roles.update(name, rest),
    touches: touched,
    done: (role) => `${role.title} is saved.`,
    quiet: true,
  });
}

export function useRemoveRole() {
  return useAct({ run: custos.roles.remove, touches: touched, done: 'The role is deleted.' });
}

export function useSetPreset() {
  return useAct({
    run: (preset: RolePreset) => custos.roles.setPreset(preset),
    touches: [...touched, 'role-preset'],
    done: 'The built-in roles are changed.',
  });
}
