import type { UserView } from '@custos/contract';
import type { AuditActor, AuditEvent } from '../audit/types.ts';
import type { StateTx } from '../storage/state/state.ts';
import { accountKey } from './failure-keys.ts';
import type { AccessParts } from './parts.ts';
import { accessStore } from './store.ts';
import type { createUsers, NewUser } from './users.ts';

const hostOperator: AuditActor = { type: 'system', id: 'host-operator', name: 'Operator on the host' };

/** What the operator's acts need of the rest. */
export interface HostOperatorPorts {
  readonly users: ReturnType<typeof createUsers>;
  readonly links: { forOperator(email: string, origin: string): Promise<string | undefined> };
  readonly administration: { resetFactorsOf(email: string): Promise<boolean> };
}

/** For the command line on the host: works without an account, and every act is on record. */
export function createHostOperator(
  { state, audit, reads }: AccessParts,
  { users, links, administration }: HostOperatorPorts,
) {
  const record = (
    action: string,
    {
      target = null,
      outcome = 'succeeded',
      tx,
      details,
    }: Partial<Pick<AuditEvent, 'target' | 'outcome' | 'details'>> & { tx?: StateTx },
  ): Promise<void> =>
    audit.append(
      {
        actor: hostOperator,
        action,
        target,
        outcome,
        address: null,
        requestId: null,
        ...(details === undefined ? {} : { details }),
      },
      tx,
    );

  const adding = (action: string) => (user: UserView, tx: StateTx) =>
    record(action, { target: { type: 'user', id: user.id }, tx, details: { role: user.role } });

  async function userOf(email: string) {
    const user = await reads.userByEmail(email.trim().toLowerCase());
    return { user, target: user === undefined ? null : { type: 'user', id: user.id } };
  }

  return {
    /** Adds a user with any role; the same refusals of e-mail and password as elsewhere. */
    createUser: (request: NewUser): Promise<UserView> => users.add(request, null, adding('user.create')),

    /** Adds somebody who chooses their own password, and returns the link for it. */
    async invite(request: Omit<NewUser, 'password'>, origin: string): Promise<string | undefined> {
      await users.add({ ...request, password: null }, null, adding('user.invite'));
      return links.forOperator(request.email, origin);
    },

    /** The link by which somebody chooses another password; undefined when nobody may use one. */
    async resetLink(email: string, origin: string): Promise<string | undefined> {
      await record('user.reset', await userOf(email));
      return links.forOperator(email, origin);
    },

    /** Removes the second factors of somebody who has lost theirs; false when there is no such account. */
    async resetFactors(email: string): Promise<boolean> {
      const { target } = await userOf(email);
      await record('user.reset-factors', { target, outcome: 'attempted' });
      const done = await administration.resetFactorsOf(email);
      if (done) await record('user.reset-factors', { target });
      return done;
    },

    /** Disables or enables an account; false when there is none. The last super administrator stays. */
    async setDisabled(email: string, disabled: boolean): Promise<boolean> {
      const { user, target } = await userOf(email);
      if (user === undefined) return false;
      const action = disabled ? 'user.disable' : 'user.enable';
      await record(action, { target, outcome: 'attempted' });
      await users.update(user.id, { disabled }, null);
      await record(action, { target });
      return true;
    },

    /** Opens an account that failed passwords or codes have locked; false when it was not locked. */
    unlock(email: string): Promise<boolean> {
      return state.transaction(async (tx) => {
        const store = accessStore(tx);
        const user = await store.userByEmail(email.trim().toLowerCase());
        const password = await store.clearFailures(accountKey(email));
        const factor = user !== undefined && (await store.clearFailures(`factor:${user.id}`));
        const target = user === undefined ? null : { type: 'user', id: user.id };
        await record('user.unlock', { target, tx });
        return password || factor;
      });
    },
  };
}
