import { messageOf } from '../../base/errors.ts';
import { OutboundError } from '../../outbound/errors.ts';
import type { OutboundResponse } from '../../outbound/types.ts';
import { oneLine } from '../redact.ts';
import { parseRetryAfter } from '../retry-after.ts';
import type { SendOutcome } from '../types.ts';

/** Answers that a later attempt may change: too early, timeout, too many, and the server's own faults. */
function mayPass(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Reads an HTTP answer: 2xx is a yes; 408, 425, 429 and 5xx are a no for now; the rest is a no. */
export function answeredOutcome(response: OutboundResponse, now: number): SendOutcome {
  const { status, headers } = response;
  const header = headers['retry-after'];
  const body = oneLine(response.body.subarray(0, 800).toString('utf8'));
  const answer = [String(status), header === undefined ? '' : `Retry-After: ${oneLine(header, 40)}`, body]
    .filter((part) => part !== '')
    .join(' ');
  if (status >= 200 && status < 300) {
    return { result: 'delivered', answer, providerId: null, error: null, retryAfterSeconds: null };
  }
  return {
    result: mayPass(status) ? 'retryable' : 'permanent',
    answer,
    providerId: null,
    error: `The receiver answered ${status}.`,
    retryAfterSeconds: parseRetryAfter(header, now),
  };
}

/** Reads a request that brought no answer. Lost after it was sent, it may have arrived. */
export function unansweredOutcome(error: unknown): SendOutcome {
  const base = { answer: '', providerId: null, error: messageOf(error), retryAfterSeconds: null };
  if (!(error instanceof OutboundError)) return { ...base, result: 'retryable' };
  if (error.code === 'outbound_refused') return { ...base, result: 'permanent' };
  const sent = error.phase === 'headers' || error.phase === 'body' || error.code === 'outbound_aborted';
  return { ...base, result: sent ? 'unknown' : 'retryable' };
}
