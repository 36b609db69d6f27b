import { messageOf } from '../base/errors.ts';
import { accountKey, everywhere, sprayNetwork } from './failure-keys.ts';
import type { AccessParts } from './parts.ts';
import { accessStore } from './store.ts';

/** Tries of different accounts within this time are one spray. */
export const sprayWindowMs = 60 * 60_000;
/** Different accounts tried in vain from one network (a /24, or a /48 for IPv6). */
const fromNetwork = 20;
/** Different accounts tried in vain from anywhere. */
const fromEverywhere = 100;

/**
 * Notices a few guesses at each of many accounts, which no lock of an account sees. One alarm a window for
 * each network and one for all of them together; on record, and told to those who watch.
 */
export function createSprayWatch({ state, clock, log, audit, raise }: AccessParts) {
  async function count(network: string, account: string, limit: number): Promise<void> {
    const now = clock.now();
    const at = { now, since: now - sprayWindowMs };
    const accounts = await state.transaction(async (tx) => {
      const store = accessStore(tx);
      const tried = await store.countTried(network, account, at);
      if (tried < limit || !(await store.mayAlarm(network, at))) return null;
      await audit.append(
        {
          actor: { type: 'system', id: 'custos', name: 'Custos' },
          action: 'spray.notice',
          target: { type: 'network', id: network },
          outcome: 'succeeded',
          address: null,
          requestId: null,
          details: { accounts: tried },
        },
        tx,
      );
      return tried;
    });
    if (accounts !== null) raise({ kind: 'spray', network, accounts, at: now });
  }

  /** Counts a failed sign-in. Its own trouble must not change the answer to the sign-in. */
  return async function noticeFailure(email: string, address: string): Promise<void> {
    try {
      const account = accountKey(email);
      await count(sprayNetwork(address), account, fromNetwork);
      await count(everywhere, account, fromEverywhere);
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'a failed sign-in could not be counted against sprays');
    }
  };
}
