import { messageOf } from '../../base/errors.ts';
import { OutboundError } from '../../outbound/errors.ts';
import { oneLine } from '../redact.ts';
import type { SendOutcome } from '../types.ts';

/** What is read of the errors of the SMTP client. */
interface SmtpError extends Error {
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

/** One recipient that the server refused. */
interface Refused {
  readonly code: number;
  readonly answer: string;
}

const refusedOf = (errors: readonly SmtpError[] = []): Refused[] =>
  errors.map((error) => ({
    code: error.responseCode ?? 0,
    answer: oneLine(error.response ?? error.message),
  }));

/** RFC 5321 section 4.2.1: 4yz is a no for now, 5yz a no for good. */
const isTemporary = (code: number): boolean => code < 500;

/** What was known when the server said yes to the message. */
export interface Accepted {
  readonly response: string;
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly rejectedErrors: readonly SmtpError[] | undefined;
  /** Recipients whom an earlier attempt served. */
  readonly served: readonly string[];
}

/**
 * Reads a message that the server took. When it refused some recipients for now (grey-listing does so),
 * the others are remembered and only the refused ones are tried again.
 */
export function acceptedOutcome(info: Accepted): SendOutcome {
  const answer = oneLine(info.response);
  const refused = refusedOf(info.rejectedErrors);
  const base = { providerId: queueId(answer) ?? info.messageId, retryAfterSeconds: null };
  if (refused.length === 0) return { ...base, result: 'delivered', answer, error: null };
  const error = `${refused.length} recipient(s) refused: ${refused.map((each) => each.answer).join('; ')}`;
  if (!refused.some((each) => isTemporary(each.code))) {
    return { ...base, result: 'delivered', answer: oneLine(`${answer}; ${error}`), error };
  }
  const progress = JSON.stringify([...info.served, ...info.accepted]);
  return { ...base, result: 'retryable', answer: oneLine(`${answer}; ${error}`), error, progress };
}

/** The id that Postfix, Exim and others give in their reply, so that their logs can be searched for it. */
function queueId(answer: string): string | null {
  return /queued as ([A-Za-z0-9]+)/i.exec(answer)?.[1] ?? /\bid=([A-Za-z0-9-]+)/.exec(answer)?.[1] ?? null;
}

/**
 * Reads a failure. A reply code decides; without one, a connection lost after the whole message was
 * handed over may or may not have delivered it.
 */
export function failedOutcome(
  thrown: unknown,
  { handedOver, served }: { readonly handedOver: boolean; readonly served: readonly string[] },
): SendOutcome {
  const error = thrown as SmtpError;
  const answer = oneLine(error.response ?? '');
  const base = { answer, providerId: null, error: oneLine(messageOf(thrown), 500), retryAfterSeconds: null };
  if (thrown instanceof OutboundError && thrown.code === 'outbound_refused') {
    return { ...base, result: 'permanent' };
  }
  const codes = refusedOf(error.rejectedErrors).map((each) => each.code);
  if (codes.length === 0 && error.responseCode !== undefined) codes.push(error.responseCode);
  if (codes.length === 0) return { ...base, result: handedOver ? 'unknown' : 'retryable' };
  if (codes.some(isTemporary)) return { ...base, result: 'retryable' };
  // Those left are refused for good, but others got the message at an earlier attempt.
  return { ...base, result: served.length > 0 ? 'delivered' : 'permanent' };
}
