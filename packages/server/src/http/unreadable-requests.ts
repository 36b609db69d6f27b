import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { CustosError } from '../base/errors.ts';
import { httpError, problemOf } from './problem.ts';

const errors: Readonly<Record<string, () => CustosError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: () => httpError(408, 'malformed_request', 'The request did not come in time.'),
  HPE_HEADER_OVERFLOW: () => httpError(431, 'malformed_request', 'The address and headers are too long.'),
};

/**
 * Answers what is no HTTP request, or not one that could be read in full, and closes the connection. No
 * request exists by then and no hook runs, so the answer is written by hand.
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const refusal =
    errors[error.code ?? '']?.() ?? httpError(400, 'malformed_request', 'This is no HTTP request.');
  if (socket.writable) {
    const body = JSON.stringify(problemOf(refusal, randomUUID()));
    const lines = [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'cache-control: no-store',
      'x-content-type-options: nosniff',
      'connection: close',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}
