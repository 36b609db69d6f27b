import {
  rolePreset,
  type Permission,
  type ReachScope,
  type RolePreset,
  type RoleView,
} from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { conflict, notFound } from '../../base/errors.ts';
import { isUniqueViolation, type State, type StateDb, type StateTx } from '../../storage/state/state.ts';
import { beyondOwnPermissions } from '../errors.ts';
import { missingToGrant, missingToManage } from '../grants.ts';
import { policyStore } from '../policy-store.ts';
import { roleStore, type StoredRole } from '../role-store.ts';
import { topRole } from '../roles.ts';
import type { AccessTables } from '../tables.ts';
import type { Ended, Identity } from '../types.ts';
import { rolesOfPreset } from './presets.ts';
import { missingToGive, missingToWiden, reachWithin, type Grant } from './reach-rules.ts';
import { customRoleStore } from './store.ts';

export interface CustomRoleInput {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  readonly reach: Partial<Record<Permission, ReachScope>>;
}
export type CustomRoleChange = {
  readonly [Field in Exclude<keyof CustomRoleInput, 'name'>]?: CustomRoleInput[Field] | undefined;
};

const presetPolicy = 'roles.preset';

const roles = (handle: StateDb) => roleStore(handle.withTables<AccessTables>());

const reachOf = (reach: Partial<Record<Permission, ReachScope>>): Map<Permission, ReachScope> =>
  new Map(Object.entries(reach) as [Permission, ReachScope][]);

const viewOf = (role: StoredRole): RoleView => ({
  ...role,
  permissions: [...role.permissions],
  reach: Object.fromEntries(role.reach),
});

/** The preset of an installation; separated duties unless it chose otherwise. */
export async function readPreset(handle: StateDb): Promise<RolePreset> {
  const stored = rolePreset.safeParse(await policyStore(handle).policy(presetPolicy));
  return stored.success ? stored.data : 'separated';
}

/**
 * Roles that an installation makes for itself, the preset of the built-in ones, and teams. Nobody gives a
 * permission that they lack, or further than they have it. A change acts on the next request of everybody
 * who holds the role; what they have open is closed.
 */
export function createCustomRoles({
  state,
  clock,
  announceEnd,
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly announceEnd: (ended: Ended) => void;
}) {
  /** What the actor may give at this moment: their permissions, each as far as their role reaches. */
  async function grantOf(actor: Identity, tx: StateTx): Promise<Grant> {
    const role = await roles(tx).role(actor.role);
    return { permissions: actor.permissions, reach: role?.reach ?? new Map() };
  }

  async function custom(name: string, tx: StateTx): Promise<StoredRole> {
    const role = await roles(tx).role(name);
    if (role === undefined) throw notFound('role', name);
    if (role.builtIn) throw conflict('A built-in role is not changed; make one of your own instead.');
    return role;
  }

  /** Runs one change of roles or users at a time, on every node. */
  function alone<T>(work: (tx: StateTx) => Promise<T>): Promise<T> {
    return state.transaction(async (tx) => {
      await roles(tx).lockUsers(topRole);
      return work(tx);
    });
  }

  return {
    async create(actor: Identity, request: CustomRoleInput): Promise<RoleView> {
      const permissions = new Set(request.permissions);
      const role: Omit<StoredRole, 'builtIn'> = {
        name: request.name,
        title: request.title,
        description: request.description,
        permissions,
        reach: reachWithin(reachOf(request.reach), permissions),
      };
      try {
        return await alone(async (tx) => {
          const missing = missingToGive(await grantOf(actor, tx), role);
          if (missing.length > 0) throw beyondOwnPermissions(missing);
          await customRoleStore(tx).add(role);
          return viewOf({ ...role, builtIn: false });
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        throw conflict('There is already a role of this name.', [
          { field: 'name', message: 'is already in use' },
        ]);
      }
    },

    /**
     * Changes a role of one's own making. Refused: adding or widening what the actor lacks, and touching a
     * role with administrative permissions that the actor lacks (`forbidden`); built-in roles (`conflict`).
     */
    async update(actor: Identity, name: string, change: CustomRoleChange): Promise<RoleView> {
      const { view, holders } = await alone(async (tx) => {
        const store = customRoleStore(tx);
        const role = await custom(name, tx);
        const permissions = change.permissions === undefined ? role.permissions : new Set(change.permissions);
        const reach = change.reach === undefined ? role.reach : reachOf(change.reach);
        const next: StoredRole = {
          ...role,
          title: change.title ?? role.title,
          description: change.description ?? role.description,
          permissions,
          reach: reachWithin(reach, permissions),
        };
        const missing = new Set([
          ...missingToWiden(await grantOf(actor, tx), role, next),
          ...missingToManage(actor.permissions, role.permissions),
        ]);
        if (missing.size > 0) throw beyondOwnPermissions([...missing]);
        await store.change(name, next);
        return { view: viewOf(next), holders: await store.holders(name) };
      });
      for (const userId of holders) announceEnd({ userId });
      return view;
    },

    /** Removes a role that nobody has any more. */
    async remove(actor: Identity, name: string): Promise<void> {
      await alone(async (tx) => {
        const store = customRoleStore(tx);
        const role = await custom(name, tx);
        const missing = missingToManage(actor.permissions, role.permissions);
        if (missing.length > 0) throw beyondOwnPermissions(missing);
        const { length } = await store.holders(name);
        if (length > 0) throw conflict(`${length} people have this role; give them another one first.`);
        await store.remove(name);
      });
    },

    preset: (): Promise<RolePreset> => readPreset(state.read),

    /** Chooses what the built-in roles hold, for everybody who has one, from the next request on. */
    async setPreset(actor: Identity, preset: RolePreset): Promise<RolePreset> {
      const everybody = await alone(async (tx) => {
        const wanted = rolesOfPreset(preset);
        const missing = missingToGrant(
          actor.permissions,
          new Set(wanted.flatMap(({ permissions }) => permissions)),
        );
        if (missing.length > 0) throw beyondOwnPermissions(missing);
        await policyStore(tx).putPolicy(presetPolicy, preset, clock.now());
        await roles(tx).putBuiltInRoles(wanted);
        return customRoleStore(tx).everybody();
      });
      for (const userId of everybody) announceEnd({ userId });
      return preset;
    },

    async teamsOf(userId: string): Promise<readonly string[]> {
      const user = await customRoleStore(state.read).user(userId);
      if (user === undefined) throw notFound('user', userId);
      return user.teams;
    },

    /** Puts a person into teams, in place of those before. */
    async setTeams(actor: Identity, userId: string, teams: readonly string[]): Promise<readonly string[]> {
      return alone(async (tx) => {
        const store = customRoleStore(tx);
        const user = await store.user(userId);
        const role = user === undefined ? undefined : await roles(tx).role(user.role);
        if (role === undefined) throw notFound('user', userId);
        const missing = missingToManage(actor.permissions, role.permissions);
        if (missing.length > 0) throw beyondOwnPermissions(missing);
        const sorted = [...new Set(teams)].toSorted();
        await store.setTeams(userId, sorted);
        return sorted;
      });
    },

    /** True when the present role of a user is administrative. */
    async isAdministrator(userId: string): Promise<boolean> {
      const user = await customRoleStore(state.read).user(userId);
      const role = user === undefined ? undefined : await roles(state.read).role(user.role);
      return role !== undefined && missingToManage(new Set(), role.permissions).length > 0;
    },

    /** True when a role gives power over the installation or over other accounts. */
    async isAdministrative(name: string): Promise<boolean> {
      const role = await roles(state.read).role(name);
      return role !== undefined && missingToManage(new Set(), role.permissions).length > 0;
    },
  };
}

export type CustomRoles = ReturnType<typeof createCustomRoles>;
