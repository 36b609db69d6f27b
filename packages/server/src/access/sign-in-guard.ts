import { accountKey, addressKey } from './failure-keys.ts';
import {
  accountPolicy,
  addressPolicy,
  countAttempt,
  giveBackAttempt,
  isLocked,
  type FailureRecord,
} from './lockout.ts';
import { notices } from './notices.ts';
import type { AccessParts } from './parts.ts';
import { hashToken, looksLikeToken } from './secret-tokens.ts';
import { createSprayWatch } from './spray.ts';
import { accessStore, type AccessStore } from './store.ts';
import type { Caller, Person } from './types.ts';

/** Whose password is tried, and from where. */
export interface Attempt {
  readonly email: string;
  readonly address: string;
  /**
   * What is known to be the person's own, such as `device:dev_1`; null for a stranger. It has a counter of
   * its own and neither feels nor feeds the account's, so no stranger can lock a person out.
   */
  readonly known: string | null;
}

/** `open`: go on; it names what this attempt locks should it fail. The others name what is locked. */
export type Admission =
  | { readonly state: 'open'; readonly locks: readonly ('account' | 'address')[] }
  | { readonly state: 'account-locked'; readonly waitMs: number }
  | { readonly state: 'address-locked'; readonly waitMs: number };

/**
 * Counts attempts to prove a password, per account and per address. Every check of a password goes
 * through `admit` first and ends in `succeeded`, `withdrawn` (never checked), or `failed`.
 */
export function createSignInGuard(parts: AccessParts) {
  const { state, clock, reads, tell, raise } = parts;
  const noticeFailure = createSprayWatch(parts);
  const keyOf = ({ email, known }: Attempt) => known ?? accountKey(email);

  async function giveBack(store: AccessStore, address: string): Promise<void> {
    const key = addressKey(address);
    await store.putFailures(key, giveBackAttempt(await store.holdFailures(key), addressPolicy));
  }

  async function succeeded(store: AccessStore, attempt: Attempt): Promise<void> {
    await store.clearFailures(keyOf(attempt));
    await giveBack(store, attempt.address);
  }

  return {
    /** What is known of a browser: its device when its secret belongs to the owner of this address. */
    async deviceOf(email: string, deviceToken: string | undefined): Promise<string | null> {
      if (deviceToken === undefined || !looksLikeToken(deviceToken)) return null;
      const id = await reads.knownDevice(hashToken(deviceToken), email, clock.now());
      return id === undefined ? null : `device:${id}`;
    },

    /** Counts the attempt, or says what is locked. Runs before any costly work. */
    admit(attempt: Attempt): Promise<Admission> {
      return state.transaction(async (tx): Promise<Admission> => {
        const store = accessStore(tx);
        const now = clock.now();
        // Always in this order, so that two attempts never hold each other up.
        const keys = { account: keyOf(attempt), address: addressKey(attempt.address) };
        const account = await store.holdFailures(keys.account);
        const source = await store.holdFailures(keys.address);
        if (isLocked(source, now)) return { state: 'address-locked', waitMs: source.lockedUntil - now };
        const nextSource = countAttempt(source, now, addressPolicy);
        await store.putFailures(keys.address, nextSource);
        if (isLocked(account, now)) return { state: 'account-locked', waitMs: account.lockedUntil - now };
        const nextAccount = countAttempt(account, now, accountPolicy);
        await store.putFailures(keys.account, nextAccount);
        const lockedBy = (record: FailureRecord) => isLocked(record, now);
        return {
          state: 'open',
          locks: [
            ...(lockedBy(nextAccount) ? (['account'] as const) : []),
            ...(lockedBy(nextSource) ? (['address'] as const) : []),
          ],
        };
      });
    },

    /** The password was right: the account starts afresh, the address gets this one attempt back. */
    succeeded,

    /** The same in a transaction of its own. */
    passed: (attempt: Attempt): Promise<void> =>
      state.transaction((tx) => succeeded(accessStore(tx), attempt)),

    /** The password was wrong. Tells the person when that has locked their account, and notices sprays. */
    async failed(
      { email, address, known }: Attempt,
      { admission, user, caller }: { admission: Admission; user: Person | undefined; caller: Caller },
    ): Promise<void> {
      const locks = admission.state === 'open' ? admission.locks : [];
      const at = clock.now();
      if (locks.includes('account') && known === null) {
        raise({ kind: 'account-locked', userId: user?.id ?? null, at });
        if (user !== undefined) tell(user, notices.accountLocked(caller));
      }
      if (locks.includes('address')) raise({ kind: 'address-locked', address, at });
      await noticeFailure(email, address);
    },

    /** The password was never checked: the attempt does not count. */
    async withdrawn(attempt: Attempt): Promise<void> {
      await state.transaction(async (tx) => {
        const store = accessStore(tx);
        const key = keyOf(attempt);
        await store.putFailures(key, giveBackAttempt(await store.holdFailures(key), accountPolicy));
        await giveBack(store, attempt.address);
      });
    },
  };
}

export type SignInGuard = ReturnType<typeof createSignInGuard>;
