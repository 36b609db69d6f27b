import type { FieldError } from '../errors.ts';

/**
 * Why an event is not on record, or not known to be. Codes are never renamed or reused.
 *
 * - `invalid_option`: the recorder cannot be made like this; `fields` names each option.
 * - `invalid_event`: the event cannot be sent; it was not taken.
 * - `recorder_full`: as many events wait as may; this one was not taken. Try again later.
 * - `recorder_closed`: the recorder is closed; the event was not taken, or could not be sent before the end.
 * - `spool_failed`: the disk refused the event; it was not taken.
 * - `spool_in_use`: another process uses the spool's directory.
 * - `event_rejected`: the server refused the event for good; `fields` says why.
 * - `event_dropped`: the server's rate limit dropped the event.
 * - `unconfirmed`: no answer came in time. The event is still held and will be sent.
 */
export type AuditRecordErrorCode =
  | 'invalid_option'
  | 'invalid_event'
  | 'recorder_full'
  | 'recorder_closed'
  | 'spool_failed'
  | 'spool_in_use'
  | 'event_rejected'
  | 'event_dropped'
  | 'unconfirmed';

export class AuditRecordError extends Error {
  readonly code: AuditRecordErrorCode;
  /** Options or fields of the event that are at fault, and what would be right. */
  readonly fields: readonly FieldError[];

  constructor(
    code: AuditRecordErrorCode,
    message: string,
    facts: { readonly fields?: readonly FieldError[]; readonly cause?: unknown } = {},
  ) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AuditRecordError';
    this.code = code;
    this.fields = facts.fields ?? [];
  }
}

/** Names every field in the message too, since that is what a log shows. */
export function withFields(
  code: AuditRecordErrorCode,
  what: string,
  fields: readonly FieldError[],
): AuditRecordError {
  const list = fields.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new AuditRecordError(code, list === '' ? `${what}.` : `${what}: ${list}.`, { fields });
}
