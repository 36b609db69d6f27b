import type { Clock } from '../../base/clock.ts';
import type { State } from '../../storage/state/state.ts';
import type { Identity } from '../types.ts';
import { proofStore } from './store.ts';
import type { Proofs } from './types.ts';

/** How long a proof opens marked acts: five minutes, so that a desk left open is not enough. */
const proofMs = 5 * 60_000;

/**
 * Says who may do marked acts (OWASP ASVS 5.0, 7.5.3). The proofs themselves are taken where people sign
 * in; here is only read when. Nothing is remembered between requests.
 */
export function createStepUp({
  state,
  clock,
  proofs = proofStore(state.read),
}: {
  readonly state: State;
  readonly clock: Clock;
  readonly proofs?: Proofs;
}) {
  return {
    async isFresh(identity: Identity): Promise<boolean> {
      if (identity.kind !== 'user' || identity.sessionId === null) return false;
      const at = await proofs.confirmedAt(identity.sessionId);
      const age = at === null ? Number.POSITIVE_INFINITY : clock.now() - at;
      // A proof from the future is one from before the clock was set back; it counts for nothing.
      return age >= 0 && age < proofMs;
    },
  };
}
