import { CustosError } from '../../base/errors.ts';

/** The second person has to be another one (403). */
export function ownRequest(): CustosError {
  return new CustosError('forbidden', 'Somebody else has to answer this; you asked for it yourself.', {
    status: 403,
  });
}

/** Only a person answers (403). */
export function personAnswers(): CustosError {
  return new CustosError('forbidden', 'An API token cannot answer a request; a person has to.', {
    status: 403,
  });
}

/** The request was answered, taken back or has expired in the meantime (409). */
export function noLongerOpen(state: string): CustosError {
  return new CustosError('approval_used', `This request is no longer open: it is ${state}.`, {
    status: 409,
  });
}
