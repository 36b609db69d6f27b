import type { Page, SignInPolicy } from '@custos/contract';
import { invalidInput, notFound } from '../../base/errors.ts';
import { beyondOwnPermissions } from '../errors.ts';
import { isAdministrator, missingToManage } from '../grants.ts';
import { pageById, type PageRequest } from '../id-page.ts';
import { notices } from '../notices.ts';
import type { AccessParts } from '../parts.ts';
import { idleLimit } from '../session-rules.ts';
import type { StoredSession } from '../session-store.ts';
import type { Identity, Person } from '../types.ts';
import { totpSecretName } from './proofs.ts';

const dayMs = 86_400_000;

/** What administrators do about other people's sign-ins. They never learn or choose a secret of theirs. */
export function createSignInAdministration(parts: AccessParts) {
  const { state, clock, secrets, limits, graceMs, reads, tell, announceEnd } = parts;

  async function managed(id: string, actor: Identity) {
    const user = await reads.user(id);
    const role = user === undefined ? undefined : await reads.role(user.role);
    if (user === undefined || role === undefined) throw notFound('user', id);
    const missing = missingToManage(actor.permissions, role.permissions);
    if (missing.length > 0) throw beyondOwnPermissions(missing);
    return { user, role };
  }

  /** Removes every second factor of a person who has lost theirs; their password alone lets them in again. */
  async function reset(user: Person): Promise<void> {
    await state.transaction(async (tx) => {
      const store = parts.store(tx);
      await store.lockUser(user.id);
      await store.removeTotp(user.id);
      await store.removePasskeysOf(user.id);
      await store.putRecoveryCodes(user.id, []);
      await store.dropTicketsOf(user.id);
      await store.endSessionsOf(user.id);
      await store.forgetDevices(user.id);
      await secrets?.remove(totpSecretName(user.id), tx);
      await secrets?.remove(totpSecretName(user.id, true), tx);
    });
    announceEnd({ userId: user.id });
    tell(user, notices.factorsReset());
  }

  /** Which roles ask for a second factor. */
  async function policy(): Promise<SignInPolicy> {
    const rules = await reads.secondFactorRules();
    return {
      graceDays: graceMs / dayMs,
      roles: rules.map(({ role, permissions, required }) => ({
        role,
        secondFactor: (required ?? isAdministrator(permissions)) ? 'required' : 'optional',
        byDefault: required === null,
      })),
    };
  }

  return {
    policy,

    async resetFactors(id: string, actor: Identity): Promise<void> {
      await reset((await managed(id, actor)).user);
    },

    /** For the operator on the host; false when there is no such account. */
    async resetFactorsOf(email: string): Promise<boolean> {
      const user = await reads.userByEmail(email.trim().toLowerCase());
      if (user === undefined) return false;
      await reset(user);
      return true;
    },

    async sessionsOf(id: string, actor: Identity, page: PageRequest): Promise<Page<StoredSession>> {
      const { role } = await managed(id, actor);
      const now = clock.now();
      const idleSince = now - idleLimit(role.permissions, limits);
      return pageById(
        page,
        (slice) => reads.sessionsOf(id, { ...slice, now, idleSince }),
        (session) => session,
      );
    },

    /** Ends every session of a person at once (OWASP ASVS 5.0, 7.4.5). */
    async endSessionsOf(id: string, actor: Identity): Promise<void> {
      const { user } = await managed(id, actor);
      await state.transaction((tx) => parts.store(tx).endSessionsOf(id));
      announceEnd({ userId: id });
      tell(user, notices.sessionsEnded());
    },

    /** Changes which roles ask for one. Who has such a role has the grace period from now on. */
    async changePolicy(
      changes: Readonly<Record<string, 'required' | 'optional' | 'default'>>,
    ): Promise<SignInPolicy> {
      await state.transaction(async (tx) => {
        const store = parts.store(tx);
        const now = clock.now();
        for (const [role, wish] of Object.entries(changes)) {
          const required = wish === 'default' ? null : wish === 'required';
          if (!(await store.setSecondFactorRule(role, required, now))) {
            throw invalidInput([{ field: `roles.${role}`, message: 'is not a known role' }]);
          }
        }
      });
      return policy();
    },
  };
}
