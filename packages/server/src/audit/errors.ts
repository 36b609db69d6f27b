import { invalidInput, type CustosError } from '../base/errors.ts';

/** An event that cannot be kept as it is; the act that it stands for must not be done. */
export function unfitEvent(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], `The audit event is not valid: ${field} ${message}`);
}
