/**
 * Errors that a caller may see. Each has a stable `code` (see the catalogue in `@custos/contract`), a
 * message in plain words and, for bad input, the fields at fault. Anything else that is thrown is a
 * defect: it is logged with its stack and answered as `internal_error` without one.
 */

/** One field that was wrong: where it is, and what would be right. */
export interface FieldFault {
  /** Dotted path into the input, such as `options.url` or `probes.2.interval`. */
  readonly field: string;
  /** What would be right, as a sentence. */
  readonly message: string;
}

export interface CustosErrorOptions {
  readonly status: number;
  readonly fields?: readonly FieldFault[];
  readonly cause?: unknown;
  /** Seconds after which trying again makes sense; becomes a `Retry-After` header. */
  readonly retryAfterSeconds?: number;
}

export class CustosError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: readonly FieldFault[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, options: CustosErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CustosError';
    this.code = code;
    this.status = options.status;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The input was understood and is wrong; names each field and what would be right (422). */
export function invalidInput(
  fields: readonly FieldFault[],
  message = 'The input is not valid.',
): CustosError {
  return new CustosError('invalid_input', message, { status: 422, fields });
}

/** There is no such thing, or the caller may not know of it (404). */
export function notFound(what: string, id: string): CustosError {
  return new CustosError('not_found', `There is no ${what} "${id}".`, { status: 404 });
}

/** The change contradicts the present state, such as a name that is taken (409). */
export function conflict(message: string, fields: readonly FieldFault[] = []): CustosError {
  return new CustosError('conflict', message, { status: 409, fields });
}

/** What was written in the configuration file cannot be changed through the API (409). */
export function readOnly(what: string): CustosError {
  return new CustosError(
    'managed_by_configuration',
    `This ${what} is written in the configuration file; change it there.`,
    { status: 409 },
  );
}

/** A part that this request needs is not available at the moment (503). */
export function unavailable(code: string, message: string, cause?: unknown): CustosError {
  return new CustosError(code, message, { status: 503, cause, retryAfterSeconds: 5 });
}

/** The message of anything thrown, for logs and records. Never a stack. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  return String(error);
}
