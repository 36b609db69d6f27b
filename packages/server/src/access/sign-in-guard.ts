import { accountKey, addressKey } from './failure-keys.ts';
import {
  accountPolicy,
  addressPolicy,
  countAttempt,
  giveBackAttempt,
  isLocked,
  type FailureRecord,
} from './lockout.ts';
import type { AccessParts } from './parts.ts';
import { accessStore, type AccessStore } from './store.ts';

/** Whose password is tried, and from where. */
export interface Attempt {
  readonly email: string;
  readonly address: string;
}

/** `open`: go on. The others name what is locked. */
export type Admission =
  | { readonly state: 'open' }
  | { readonly state: 'account-locked' }
  | { readonly state: 'address-locked'; readonly waitMs: number };

/**
 * Counts attempts to prove a password, per account and per address. Every check of a password goes
 * through `admit` first and ends in `succeeded`, `withdrawn` (never checked), or neither: a failure.
 */
export function createSignInGuard({ state, clock }: Pick<AccessParts, 'state' | 'clock'>) {
  async function giveBack(store: AccessStore, address: string): Promise<void> {
    const key = addressKey(address);
    await store.putFailures(key, giveBackAttempt(await store.holdFailures(key), addressPolicy));
  }

  return {
    /** Counts the attempt, or says what is locked. Runs before any costly work. */
    admit({ email, address }: Attempt): Promise<Admission> {
      return state.transaction(async (tx): Promise<Admission> => {
        const store = accessStore(tx);
        const now = clock.now();
        // Always in this order, so that two attempts never hold each other up.
        const account = await store.holdFailures(accountKey(email));
        const source = await store.holdFailures(addressKey(address));
        if (isLocked(source, now)) return { state: 'address-locked', waitMs: source.lockedUntil - now };
        if (isLocked(account, now)) {
          await store.putFailures(addressKey(address), countAttempt(source, now, addressPolicy));
          return { state: 'account-locked' };
        }
        const counted: readonly (readonly [string, FailureRecord])[] = [
          [accountKey(email), countAttempt(account, now, accountPolicy)],
          [addressKey(address), countAttempt(source, now, addressPolicy)],
        ];
        for (const [key, record] of counted) await store.putFailures(key, record);
        return { state: 'open' };
      });
    },

    /** The password was right: the account starts afresh, the address gets this one attempt back. */
    async succeeded(store: AccessStore, { email, address }: Attempt): Promise<void> {
      await store.clearFailures(accountKey(email));
      await giveBack(store, address);
    },

    /** The password was never checked: the attempt does not count. */
    async withdrawn({ email, address }: Attempt): Promise<void> {
      await state.transaction(async (tx) => {
        const store = accessStore(tx);
        const key = accountKey(email);
        await store.putFailures(key, giveBackAttempt(await store.holdFailures(key), accountPolicy));
        await giveBack(store, address);
      });
    },

    /** Opens an account at once; false when nothing was counted against it. */
    unlock(store: AccessStore, email: string): Promise<boolean> {
      return store.clearFailures(accountKey(email));
    },
  };
}

export type SignInGuard = ReturnType<typeof createSignInGuard>;
