import type { State } from '../../storage/state/state.ts';
import { verifyDatabaseLedger } from '../log/database/verify.ts';
import { parsePolicy } from '../log/formats/policy.ts';
import type { Verification } from '../log/verify/findings.ts';
import { withoutWitnesses } from '../own-policy.ts';

/**
 * Verifies a ledger in PostgreSQL and this node's tiles. It reads 16 frames at a time and lets others run in
 * between, so it needs no thread of its own. Give it to `createLedgerVerification`.
 */
export function databaseVerifier(options: {
  readonly state: State;
  readonly directory: string;
  readonly policy: () => string;
  readonly sealSecret?: Uint8Array;
}): (signal: AbortSignal) => Promise<Verification> {
  const { policy, ...parts } = options;
  return (signal) => {
    signal.throwIfAborted();
    return verifyDatabaseLedger(parts, withoutWitnesses(parsePolicy(policy())));
  };
}
