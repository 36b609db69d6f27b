import { errorCodes, type ErrorCode, type Problem } from '@custos/contract';
import { CustosError } from '../base/errors.ts';

/** Where the codes are explained; `type` of a problem document is this with the code behind it. */
export const errorReferencePath = '/api/docs/errors';

const titles: Partial<Record<string, string>> = {
  invalid_input: 'The input is not valid',
  malformed_request: 'The request cannot be read',
  not_found: 'Not found',
  unauthenticated: 'Not signed in',
  forbidden: 'Not permitted',
  rate_limited: 'Too many requests',
  internal_error: 'A defect in Custos',
};

/** `audit_unavailable` becomes `Audit unavailable` where no better title is known. */
function titleOf(code: string): string {
  const words = code.replaceAll('_', ' ');
  return titles[code] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** The RFC 9457 document for an error that the caller may see. */
export function problemOf(error: CustosError, requestId: string): Problem {
  return {
    type: `${errorReferencePath}#${error.code}`,
    title: titleOf(error.code),
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId,
    ...(error.fields.length > 0 ? { errors: error.fields.map((fault) => ({ ...fault })) } : {}),
  };
}

/** An error of the HTTP layer itself, with the catalogue's own words unless told better. */
export function httpError(status: number, code: ErrorCode, message: string = errorCodes[code]): CustosError {
  return new CustosError(code, message, { status });
}
