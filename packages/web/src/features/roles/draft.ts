import { permissionNames, type Permission, type ReachScope, type RoleView } from '@custos/contract';
import type { RoleInput } from './queries.ts';

/** How far a role lets a permission go. */
export type Width = 'none' | ReachScope | 'all';
export type Widths = Readonly<Partial<Record<Permission, Width>>>;

export interface RoleDraft {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly widths: Widths;
}

export const emptyRole: RoleDraft = { name: '', title: '', description: '', widths: {} };

export function widthOf(
  { permissions, reach }: Pick<RoleView, 'permissions' | 'reach'>,
  permission: Permission,
): Width {
  if (!permissions.includes(permission)) return 'none';
  return reach[permission] ?? 'all';
}

/** Permissions on single objects, which can reach some of them only. */
export function reachesObjects(permission: Permission): boolean {
  return permission.startsWith('investigation.');
}

export function draftOf(role: RoleView): RoleDraft {
  const { name, title, description, permissions } = role;
  const widths = Object.fromEntries(permissions.map((permission) => [permission, widthOf(role, permission)]));
  return { name, title, description, widths };
}

/** A name out of a title, as the server takes it: small letters, digits and hyphens. */
export function nameOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
    .slice(0, 40);
}

export function inputOf({ name, title, description, widths }: RoleDraft): RoleInput {
  const permissions = permissionNames.filter((permission) => (widths[permission] ?? 'none') !== 'none');
  const reach = Object.fromEntries(
    permissions.flatMap((permission) => {
      const width = widths[permission];
      return width === 'own' || width === 'team' ? [[permission, width] as const] : [];
    }),
  );
  return { name, title, description, permissions, reach };
}

const groupTitles: Readonly<Record<string, string>> = {
  dashboard: 'Dashboards',
  alert: 'Alerts',
  delivery: 'Deliveries',
  probe: 'Probes and services',
  maintenance: 'Maintenance',
  rule: 'Rules',
  channel: 'Channels',
  metric: 'Metrics',
  log: 'Logs and traces',
  telemetry: 'Telemetry',
  job: 'Jobs',
  audit: 'Audit log',
  ledger: 'Ledger',
  hold: 'Legal holds',
  data: 'Data',
  user: 'Users',
  token: 'API tokens',
  system: 'Installation',
  pii: 'Personal data',
  investigation: 'Investigations',
};

export interface PermissionGroup {
  readonly title: string;
  readonly permissions: readonly Permission[];
}

/** Permissions by what they are about, each group where its first one stands in the contract. */
export function permissionGroups(names: readonly Permission[] = permissionNames): readonly PermissionGroup[] {
  const groups = new Map<string, Permission[]>();
  for (const permission of names) {
    const noun = permission.split('.')[0] ?? '';
    const group = groups.get(noun);
    if (group === undefined) groups.set(noun, [permission]);
    else group.push(permission);
  }
  return [...groups].map(([noun, permissions]) => ({ title: groupTitles[noun] ?? noun, permissions }));
}
