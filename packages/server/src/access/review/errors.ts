import { CustosError } from '../../base/errors.ts';

/** Nobody decides about their own access or that of their tokens (403). */
export function ownLine(): CustosError {
  return new CustosError('forbidden', 'Somebody else has to decide about your own access.', { status: 403 });
}
