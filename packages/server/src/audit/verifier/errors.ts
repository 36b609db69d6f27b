import { invalidInput, unavailable, type CustosError } from '../../base/errors.ts';

/** A wish for evidence that cannot be met as it is. */
export function unfitEvidence(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], `The evidence cannot be made: ${field} ${message}`);
}

/** The newest checkpoint does not satisfy the policy that would go into the bundle. */
export function evidenceNotReady(log: string, reason: string): CustosError {
  return unavailable(
    'evidence_not_ready',
    `The newest checkpoint of the log ${log} does not satisfy the policy yet, so nobody could verify the evidence: ${reason} Try again when the witnesses have signed.`,
  );
}
