import { invalidInput, type CustosError } from '../../../base/errors.ts';

/** A search that cannot be understood: names the place in its text, counted from 1 (`invalid_input`, 422). */
export function unfitSearch(position: number, message: string): CustosError {
  return invalidInput([{ field: 'query', message: `at character ${position + 1}: ${message}` }]);
}
