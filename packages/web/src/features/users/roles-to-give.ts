import type { Permission, RoleView } from '@custos/contract';

/** Roles to choose from; those that hold more than one has oneself are shown and cannot be chosen. */
export function rolesToGive(
  roles: readonly RoleView[],
  held: readonly Permission[],
): { value: string; label: string; disabled: boolean }[] {
  return roles.map(({ name, title, permissions }) => ({
    value: name,
    label: title,
    disabled: !permissions.every((permission) => held.includes(permission)),
  }));
}
