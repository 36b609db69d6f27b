import type { Permission, RolePreset } from '@custos/contract';
import { builtInRoles, type BuiltInRole } from '../roles.ts';

function permissionsOf(name: string): readonly Permission[] {
  return builtInRoles.find((role) => role.name === name)?.permissions ?? [];
}

/**
 * The ladder: each role has everything that the one below has, administrators too, and every permission
 * reaches everything. Whoever chooses it gives up the separation of running the installation from seeing
 * personal data and editing cases.
 */
const ladder: readonly BuiltInRole[] = builtInRoles.map(({ reach: _narrower, ...role }) =>
  role.name === 'admin'
    ? {
        ...role,
        description:
          'Everything that an investigator may, and runs the installation: users, tokens, channels.',
        permissions: [...new Set([...permissionsOf('investigator'), ...role.permissions])],
      }
    : role,
);

/** What the built-in roles hold in an installation with this preset. */
export function rolesOfPreset(preset: RolePreset): readonly BuiltInRole[] {
  return preset === 'ladder' ? ladder : builtInRoles;
}
