import { ClickHouseError } from '@clickhouse/client';
import { CustosError, messageOf, unavailable } from '../../base/errors.ts';

/** The engine does not answer; trying again in some seconds makes sense (503). */
export function columnsUnavailable(reason: string, cause?: unknown): CustosError {
  return unavailable('columns_unavailable', `The columns store is not available: ${reason}`, cause);
}

/** The rows that wait for the engine have reached the bound of the spool (503). */
export function spoolFull(limitBytes: number): CustosError {
  return new CustosError(
    'spool_full',
    `The columns store is behind and ${limitBytes} bytes of rows wait for it already.`,
    { status: 503, retryAfterSeconds: 30 },
  );
}

/** The rows could not be written to the spool (503). */
export function spoolFailed(cause: unknown): CustosError {
  return new CustosError('spool_failed', `The rows could not be written to disk: ${messageOf(cause)}`, {
    status: 503,
    cause,
    retryAfterSeconds: 10,
  });
}

/** The engine understood the request and refused it. */
class EngineError extends CustosError {
  /** ClickHouse's error code, such as 62 for a syntax error. */
  readonly engineCode: number;

  constructor(engineCode: number, message: string, cause: unknown) {
    const heavy = tooHeavy.has(engineCode);
    super(heavy ? 'query_too_heavy' : 'columns_query_failed', message, { status: heavy ? 422 : 500, cause });
    this.engineCode = engineCode;
  }
}

/** TOO_MANY_ROWS, TIMEOUT_EXCEEDED, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES. */
const tooHeavy: ReadonlySet<number> = new Set([158, 159, 241, 307, 396]);

/** AUTHENTICATION_FAILED, TOO_MANY_SIMULTANEOUS_QUERIES: about the moment, not about the statement. */
const momentary: ReadonlySet<number> = new Set([202, 516]);

/**
 * Codes by which the engine says that a row itself can never be stored, whenever it is tried: it cannot
 * be parsed, is of a wrong type, or names a column or table that is not there. Every other failure
 * (disk, memory, too many parts, a lost engine) is waited out.
 */
const badRow: ReadonlySet<number> = new Set([
  6, 16, 20, 25, 26, 27, 33, 38, 41, 53, 60, 69, 70, 72, 117, 131, 190, 321, 349, 376, 469, 691,
]);

/** True when sending the same row again can never succeed. */
export function isBadRow(error: unknown): boolean {
  return error instanceof EngineError && badRow.has(error.engineCode);
}

/** Turns what the client throws into one of ours. An abort by the caller passes as it is. */
export function engineError(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (!(error instanceof ClickHouseError)) return columnsUnavailable(messageOf(error), error);
  const code = Number(error.code);
  if (momentary.has(code)) return columnsUnavailable(error.message, error);
  return new EngineError(code, `${error.message.trim()} (${error.type ?? code})`, error);
}
