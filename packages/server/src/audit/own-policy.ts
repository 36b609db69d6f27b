import type { NoteVerifier } from './log/formats/keys.ts';
import { parsePolicy, type TrustPolicy } from './log/formats/policy.ts';

/**
 * The text of the policy that trusts this installation's own logs beside what is configured (C2SP
 * tlog-policy). Logs that the configuration names already are not named twice.
 */
export function ownPolicyText(configured: string | null, logs: readonly NoteVerifier[]): string {
  const text = configured ?? 'quorum none\n';
  const known = parsePolicy(text).logs.map(({ verifier }) => verifier.publicKey);
  const missing = logs.filter(({ publicKey }) => !known.some((key) => key.equals(publicKey)));
  return missing.map(({ vkey }) => `log ${vkey}\n`).join('') + text;
}

/**
 * A policy for verifying one's own store. The newest checkpoint lacks cosignatures for about a second each
 * time, which says nothing about the store; how far witnesses are is shown by itself.
 */
export const withoutWitnesses = (policy: TrustPolicy): TrustPolicy => ({ ...policy, quorum: 'none' });
