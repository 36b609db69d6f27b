import { validateHeaderName, validateHeaderValue } from 'node:http';
import { refused } from './errors.ts';
import type { OutboundPolicy } from './types.ts';

/** Limits of one request's own headers; servers commonly stop at 100 lines and 8 to 16 KiB. */
const maxCount = 64;
const maxBytes = 8192;

/** Headers that say how the message itself travels: written by this module alone. */
const framing = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Returns the headers with lower-case names, ready to send. Refuses a name or value that could end the
 * header line (RFC 9110 section 5.5), a name given twice, the headers of the message's own framing and,
 * unless the policy allows it, another `Host`.
 */
export function checkHeaders(
  headers: Readonly<Record<string, string>>,
  policy: OutboundPolicy,
): Record<string, string> {
  const checked: Record<string, string> = {};
  const entries = Object.entries(headers);
  if (entries.length > maxCount) throw refused('header', `A request may carry ${maxCount} headers at most.`);
  let bytes = 0;
  for (const [given, value] of entries) {
    const name = given.toLowerCase();
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw refused(
        'header',
        `The header ${JSON.stringify(given.slice(0, 60))} has characters that a header may not have.`,
      );
    }
    if (framing.has(name)) throw refused('header', `The header ${name} cannot be set.`);
    if (name === 'host' && !policy.allowHostHeader)
      throw refused('header', 'Another Host header is not allowed here.');
    if (Object.hasOwn(checked, name)) throw refused('header', `The header ${name} is given twice.`);
    bytes += name.length + value.length + 4;
    checked[name] = value;
  }
  if (bytes > maxBytes)
    throw refused('header', `The headers of a request may have ${maxBytes} bytes at most.`);
  return checked;
}

const methods = /^[A-Z][A-Z-]{0,31}$/;

/** Returns the method in capitals; refuses what is none, and the two that are for proxies and debugging. */
export function checkMethod(method: string): string {
  const capital = method.toUpperCase();
  if (!methods.test(capital) || capital === 'CONNECT' || capital === 'TRACE') {
    throw refused('method', 'The method is not one that may be sent, such as GET or POST.');
  }
  return capital;
}

/** Whether a request may be sent a second time when a reused connection turns out to be dead. */
export function repeatable(method: string, headers: Readonly<Record<string, string>>): boolean {
  return (
    ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'].includes(method) || Object.hasOwn(headers, 'idempotency-key')
  );
}
