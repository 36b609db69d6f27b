import type { RefusalReason } from '@custos/contract';
import { CustosError } from '../../base/errors.ts';

/** A whole request that a door does not take; `reason` says under what it is counted. */
export class DoorError extends CustosError {
  readonly reason: RefusalReason;

  constructor(
    reason: RefusalReason,
    message: string,
    options: { code: string; status: number; cause?: unknown; retryAfterSeconds?: number },
  ) {
    super(options.code, message, options);
    this.reason = reason;
  }
}

/** The body is not what the door's protocol says (400). */
export function unreadable(message: string, cause?: unknown): DoorError {
  return new DoorError('unreadable', message, { code: 'malformed_request', status: 400, cause });
}

/** The body holds bytes that are no UTF-8 where the protocol asks for text (400). */
export function notUtf8(where: string): DoorError {
  return new DoorError('not_utf8', `${where} is not valid UTF-8.`, {
    code: 'malformed_request',
    status: 400,
  });
}

/** The body is larger than the door takes, as it is sent or after decompression (413). */
export function tooLarge(message: string): DoorError {
  return new DoorError('too_large', message, { code: 'payload_too_large', status: 413 });
}

/** The body holds more `things` than one may (413): small as it is, it would take much memory. */
export const tooMany = (things: string, most: number): DoorError =>
  tooLarge(`The body holds more than ${most} ${things}; send smaller batches.`);

/** The content type or encoding is not one that the door takes (415). */
export function unsupported(message: string): DoorError {
  return new DoorError('unsupported', message, { code: 'unsupported_media_type', status: 415 });
}

/** The sender brings more than it may (429). */
export function rateLimited(message: string, retryAfterSeconds: number): DoorError {
  return new DoorError('rate_limited', message, { code: 'rate_limited', status: 429, retryAfterSeconds });
}
