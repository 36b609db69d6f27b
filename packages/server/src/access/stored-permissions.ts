import { permissions, type Permission } from '@custos/contract';

/** Distinct texts are few: one per role and one per kind of token. */
const cacheLimit = 1000;

/** Parsed lists by their text. The text itself is the key, so a changed role is never read stale. */
const known = new Map<string, ReadonlySet<Permission>>();

/**
 * Reads a stored permission list, parsing each distinct text once. Names that this version does not know
 * (a later version wrote them) are left out: nothing comes from them.
 */
export function readPermissions(stored: string): ReadonlySet<Permission> {
  const found = known.get(stored);
  if (found !== undefined) return found;
  const names = JSON.parse(stored) as string[];
  const set = new Set(names.filter((name): name is Permission => Object.hasOwn(permissions, name)));
  if (known.size >= cacheLimit) known.clear();
  known.set(stored, set);
  return set;
}
