import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * The id of a request: the caller's `X-Request-Id` when it is sane (8 to 64 letters, digits, `.`, `_`,
 * `-`), so that one id can follow a call through several systems; a new one otherwise.
 */
export function requestIdOf(message: Pick<IncomingMessage, 'headers'>): string {
  const given = message.headers['x-request-id'];
  if (typeof given === 'string' && /^[A-Za-z0-9._-]{8,64}$/.test(given)) return given;
  return randomUUID();
}
