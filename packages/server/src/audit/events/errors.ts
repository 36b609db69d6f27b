import type { z } from 'zod';
import { conflict, CustosError, invalidInput, type FieldFault } from '../../base/errors.ts';

/** An event that cannot be kept as it is; names each field and what would be right. */
export function unfitEvent(faults: readonly FieldFault[]): CustosError {
  const [first] = faults;
  const what = first === undefined ? '' : `: ${first.field} ${first.message}`;
  return invalidInput(faults, `The audit event is not valid${what}`);
}

/** The faults of a failed schema, each with its dotted path; an unknown field is a fault of its own. */
export function faultsOf(error: z.core.$ZodError): FieldFault[] {
  return error.issues.flatMap((issue): FieldFault[] => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }));
    }
    return [{ field: path.join('.') || 'event', message: issue.message }];
  });
}

/** The idempotency key was used before, for another batch. */
export function keyReused(): CustosError {
  return conflict('This Idempotency-Key was used for another batch within the last 24 hours.', [
    { field: 'idempotencyKey', message: 'must be new for every batch; only an exact repeat may share it' },
  ]);
}

/** So many protected events of one source wait that taking more would endanger the server. Nothing was kept. */
export function tooManyWaiting(source: string, retryAfterSeconds: number): CustosError {
  return new CustosError(
    'rate_limited',
    `Too many events of the source "${source}" wait already. Nothing of this batch was kept; send it again later.`,
    { status: 429, retryAfterSeconds },
  );
}

/** The caller went away while its events waited. Nothing was kept. */
export function gaveUpWaiting(): CustosError {
  return new CustosError('rate_limited', 'The caller gave up before its turn. Nothing was kept.', {
    status: 429,
    retryAfterSeconds: 1,
  });
}
