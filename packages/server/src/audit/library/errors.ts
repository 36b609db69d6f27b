import { conflict, CustosError } from '../../base/errors.ts';
import { unfitEvent } from '../events/errors.ts';
import type { RecordResult } from './types.ts';

/** Why one event is not on record, as an error. */
export function refused(result: RecordResult | undefined): CustosError {
  if (result?.status === 'rejected') {
    if (result.code !== 'conflict') return unfitEvent(result.errors);
    return conflict('The id of the audit event is used already.', result.errors);
  }
  return new CustosError('rate_limited', 'The rate limit of this audit log dropped the event.', {
    status: 429,
    retryAfterSeconds: 1,
  });
}
