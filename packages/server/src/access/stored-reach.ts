import { permissions, type Permission, type ReachScope } from '@custos/contract';

type Reach = ReadonlyMap<Permission, ReachScope>;

/** Distinct texts are few: one per role. */
const cacheLimit = 1000;
const known = new Map<string, Reach>();
const everywhere: Reach = new Map();

/** Reads how far the permissions of a role reach, parsing each distinct text once. */
export function readReach(stored: string): Reach {
  if (stored === '{}') return everywhere;
  const found = known.get(stored);
  if (found !== undefined) return found;
  const entries = Object.entries(JSON.parse(stored) as Record<string, string>);
  const reach: Reach = new Map(
    entries.flatMap(([name, scope]): [Permission, ReachScope][] => {
      if (!Object.hasOwn(permissions, name)) return [];
      // A scope that this version does not know is the narrowest one that it knows.
      return [[name as Permission, scope === 'team' ? 'team' : 'own']];
    }),
  );
  if (known.size >= cacheLimit) known.clear();
  known.set(stored, reach);
  return reach;
}
