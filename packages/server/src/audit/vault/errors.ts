import { conflict, CustosError, invalidInput } from '../../base/errors.ts';
import type { FieldPlace } from './types.ts';

/** A sealed field does not open: it, its place or its key was changed. Never repeats the value. */
export function fieldUnreadable({ eventId, field }: FieldPlace, cause?: unknown): CustosError {
  return new CustosError(
    'secret_unreadable',
    `The field ${field} of the event ${eventId} cannot be opened: it was changed in the store, moved from another event, or sealed with another key.`,
    { status: 500, cause },
  );
}

/** A disclosure does not belong to the leaf, or is not one. */
export function badDisclosure(index: number, message: string): CustosError {
  return invalidInput(
    [{ field: `disclosures.${index}`, message }],
    `A disclosure is not valid: it ${message}.`,
  );
}

/** Keys of one subject were erased again and again while a field was to be kept. */
export function subjectContended(): CustosError {
  return conflict('The data of this subject is being erased at this moment; send the event again.');
}
