import type { Permission } from '@custos/contract';

type Permissions = ReadonlySet<Permission>;

/** Permissions that give power over the installation or over other people's accounts. */
const administrative: Permissions = new Set<Permission>([
  'channel.edit',
  'job.manage',
  'system.configure',
  'token.manage',
  'user.manage',
]);

/** What `actor` lacks to give somebody `granted`. Nobody can give more than they have themselves. */
export function missingToGrant(actor: Permissions, granted: Permissions): Permission[] {
  return [...granted].filter((permission) => !actor.has(permission));
}

/**
 * What `actor` lacks to change or disable somebody who has `held`. Only administrative permissions count:
 * an administrator can stop an investigator at once, and cannot touch a super administrator.
 */
export function missingToManage(actor: Permissions, held: Permissions): Permission[] {
  return [...held].filter((permission) => administrative.has(permission) && !actor.has(permission));
}

/** True for those who administer others or the installation; their sessions end sooner when idle. */
export function isAdministrator(held: Permissions): boolean {
  return held.has('user.manage') || held.has('system.configure');
}

/** What a token can do: the part of its own permissions that its owner has at this moment. */
export function cutToOwner(token: Iterable<Permission>, owner: Permissions): Set<Permission> {
  return new Set([...token].filter((permission) => owner.has(permission)));
}
