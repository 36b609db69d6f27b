import { CustosError, invalidInput } from '../../base/errors.ts';

/** The destination did not acknowledge a batch; it will be repeated. */
export function egressFailed(
  why: string,
  { cause, retryAfterSeconds }: { readonly cause?: unknown; readonly retryAfterSeconds?: number } = {},
): CustosError {
  return new CustosError('audit_egress_failed', why, {
    status: 502,
    cause,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** The destination takes batches of this kind, but smaller ones. */
export function batchTooLarge(why: string): CustosError {
  return new CustosError('audit_egress_too_large', why, { status: 502 });
}

/** The destination has entries that the log has not: the log was restored from an older copy. */
export function aheadOfLog(
  log: string,
  found: { readonly next: number; readonly size: number },
): CustosError {
  return new CustosError(
    'audit_egress_ahead',
    `The destination has the log "${log}" up to entry ${found.next}, but the log has only ${found.size} entries: it was restored from an older copy. Set the cursor back by hand when the log has gone on under a new origin.`,
    { status: 409 },
  );
}

export function badDestination(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], 'The destination of audit events is not valid.');
}
