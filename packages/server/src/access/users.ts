import type { Page, RoleName, RoleView, UserView } from '@custos/contract';
import { conflict, invalidInput, notFound } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { isUniqueViolation, type StateTx } from '../storage/state/state.ts';
import { beyondOwnPermissions } from './errors.ts';
import { missingToGive, type Grant } from './custom-roles/reach-rules.ts';
import { missingToManage } from './grants.ts';
import { pageById, type PageRequest } from './id-page.ts';
import { notices } from './notices.ts';
import type { AccessParts } from './parts.ts';
import type { StoredRole } from './role-store.ts';
import { topRole } from './roles.ts';
import { accessStore, type AccessStore } from './store.ts';
import type { Identity, PersonalMessage } from './types.ts';
import type { StoredUser } from './user-store.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: RoleName;
  /** Null for somebody who chooses it by an invitation, or never has one. */
  readonly password: string | null;
}
export interface UserChange {
  readonly name?: string | undefined;
  readonly role?: RoleName | undefined;
  readonly disabled?: boolean | undefined;
}

const viewOf = (user: StoredUser): UserView => ({
  id: user.id,
  email: user.email,
  name: user.name,
  role: user.role,
  disabled: user.disabled,
  createdAt: user.createdAt,
  lastSignInAt: user.lastSignInAt,
});

async function roleNamed(store: AccessStore, name: RoleName): Promise<StoredRole> {
  const role = await store.role(name);
  if (role !== undefined) return role;
  const known = (await store.roles()).map((each) => each.name);
  throw invalidInput([{ field: 'role', message: `must be one of ${known.join(', ')}` }]);
}

/** What somebody may give: what they have, each permission as far as their own role lets it reach. */
async function grantOf(store: AccessStore, actor: Identity): Promise<Grant> {
  const role = await store.role(actor.role);
  return { permissions: actor.permissions, reach: role?.reach ?? new Map() };
}

/** People with an account, and the roles they can have. */
export function createUsers({ state, clock, hasher, checkPassword, reads, announceEnd, tell }: AccessParts) {
  /**
   * Adds a user. `actor` null stands for the host operator, who may give any role. `alongside` is kept in
   * the same transaction.
   */
  async function add(
    request: NewUser,
    actor: Identity | null,
    alongside: (user: UserView, tx: StateTx) => Promise<void> = async () => undefined,
  ): Promise<UserView> {
    const role = await roleNamed(reads, request.role);
    const missing = actor === null ? [] : missingToGive(await grantOf(reads, actor), role);
    if (missing.length > 0) throw beyondOwnPermissions(missing);
    const { password } = request;
    const faults = password === null ? [] : await checkPassword(password, request);
    if (faults.length > 0) throw invalidInput(faults);
    const passwordHash = password === null ? null : await hasher.hash(password);
    try {
      return await state.transaction(async (tx) => {
        const store = accessStore(tx);
        const now = clock.now();
        await store.lockUsers(topRole);
        const { email, name } = request;
        const user: StoredUser = {
          id: newId('usr', now),
          email,
          name,
          role: role.name,
          passwordHash,
          // What an administrator chose is good for choosing another one (OWASP ASVS 5.0, 6.4.1 and 6.4.6).
          passwordTemporary: actor !== null && passwordHash !== null,
          disabled: false,
          createdAt: now,
          lastSignInAt: null,
          roleSince: now,
        };
        await store.addUser(user);
        // With anybody in, the set-up link has no more use.
        await store.dropSetupToken();
        await alongside(viewOf(user), tx);
        return viewOf(user);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('There is already a user with this e-mail address.', [
        { field: 'email', message: 'is already in use' },
      ]);
    }
  }

  return {
    add,

    list(page: PageRequest): Promise<Page<UserView>> {
      return pageById(page, reads.users, viewOf);
    },

    async roles(): Promise<Page<RoleView>> {
      const roles = await reads.roles();
      return {
        items: roles.map((role) => ({
          ...role,
          permissions: [...role.permissions],
          reach: Object.fromEntries(role.reach),
        })),
        nextCursor: null,
      };
    },

    /**
     * Changes name, role or standing of a user. A changed role or a disabled account ends every session
     * at once; disabling also revokes every token for good. Refused: giving more than the actor has,
     * touching somebody with administrative permissions that the actor lacks (`forbidden`), and leaving
     * the installation without an enabled super administrator (`conflict`). `actor` null stands for the
     * host operator.
     */
    async update(id: string, change: UserChange, actor: Identity | null): Promise<UserView> {
      let ends = false;
      let notice: PersonalMessage | null = null;
      const view = await state.transaction(async (tx) => {
        const store = accessStore(tx);
        // One change at a time, so that two super administrators cannot disable each other together.
        await store.lockUsers(topRole);
        const user = await store.user(id);
        if (user === undefined) throw notFound('user', id);
        const next: StoredUser = {
          ...user,
          name: change.name ?? user.name,
          role: change.role ?? user.role,
          disabled: change.disabled ?? user.disabled,
          roleSince: change.role === undefined || change.role === user.role ? user.roleSince : clock.now(),
        };
        const held = await roleNamed(store, user.role);
        const gained = await roleNamed(store, next.role);
        const roleChanges = next.role !== user.role;
        const enabled = user.disabled && !next.disabled;
        const missing =
          actor === null
            ? []
            : [
                ...missingToManage(actor.permissions, held.permissions),
                ...(roleChanges || enabled ? missingToGive(await grantOf(store, actor), gained) : []),
              ];
        if (missing.length > 0) throw beyondOwnPermissions([...new Set(missing)]);

        const leavesTop = user.role === topRole && !user.disabled && (roleChanges || next.disabled);
        if (leavesTop && !(await store.hasOtherEnabled(topRole, id))) {
          throw conflict('This is the last super administrator; give somebody else that role first.');
        }
        await store.changeUser(id, next);
        ends = roleChanges || next.disabled;
        if (ends) await store.endSessionsOf(id);
        if (next.disabled) {
          await store.revokeTokensOf(id, clock.now());
          await store.dropLinksOf(id);
          await store.dropTicketsOf(id);
          await store.forgetDevices(id);
        }
        if (next.disabled && !user.disabled) notice = notices.accountDisabled();
        else if (enabled) notice = notices.accountEnabled();
        else if (roleChanges) notice = notices.roleChanged(gained.title);
        return viewOf(next);
      });
      if (ends) announceEnd({ userId: id });
      if (notice !== null) tell(view, notice);
      return view;
    },
  };
}
