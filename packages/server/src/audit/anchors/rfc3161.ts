import { randomBytes } from 'node:crypto';
import { formatCheckpoint, parseCheckpoint } from '../log/formats/checkpoint.ts';
import { anchorFailed, badTimeStamp } from './errors.ts';
import type { TimeStamp } from './time-stamp.ts';
import type { Anchor, AnchorCall, AnchorReceipt } from './types.ts';

export interface TimeStampAnchorOptions {
  readonly name: string;
  /** The authority's address. */
  readonly url: string;
  /** PEM certificates that end the chain of its signatures. */
  readonly ca: string;
  readonly call: AnchorCall;
  /** For authorities that ask who one is. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 3161, 3.4. */
const requestType = 'application/timestamp-query';
const responseType = 'application/timestamp-reply';
const maxResponseBytes = 256 * 1024;

/** Positive, so that no zero byte is put before it. */
function newNonce(): Buffer {
  const nonce = randomBytes(16);
  nonce[0] = ((nonce[0] as number) & 0x3f) | 0x40;
  return nonce;
}

/**
 * A time stamping authority (RFC 3161): it signs that the text of a checkpoint existed at a time. It keeps
 * nothing, so it cannot be asked for the newest; its receipts can.
 */
export function createTimeStampAnchor(options: TimeStampAnchorOptions): Anchor {
  const { name, url, ca, call } = options;
  return {
    name,
    kind: 'rfc3161',
    remembers: false,
    async publish({ log, text }, signal) {
      // Loaded when somebody has time stamps, as the libraries behind it are large.
      const { encodeTimeStampRequest, verifyTimeStamp } = await import('./time-stamp.ts');
      const { origin, size, root } = parseCheckpoint(text);
      const message = Buffer.from(text);
      const nonce = newNonce();
      const answer = await call({
        url,
        method: 'POST',
        headers: { ...options.headers, 'content-type': requestType, accept: responseType },
        body: encodeTimeStampRequest(message, nonce),
        purpose: `anchor ${name}`,
        maxResponseBytes,
        ...(signal === undefined ? {} : { signal }),
      });
      if (answer.status !== 200) throw anchorFailed(name, `it answered ${answer.status}`);
      if (answer.contentType.split(';')[0]?.trim().toLowerCase() !== responseType) {
        throw anchorFailed(name, `it answered ${answer.contentType.slice(0, 100)}, not a time stamp`);
      }
      const { at } = await verifyTimeStamp({ response: answer.body, message, nonce, ca });
      return { anchor: name, kind: 'rfc3161', log, origin, size, root, at, receipt: answer.body };
    },
    newest: async () => null,
  };
}

/** Verifies a receipt of a time stamping authority that was kept. Raises `time_stamp_invalid`. */
export async function verifyTimeStampReceipt(receipt: AnchorReceipt, ca: string): Promise<TimeStamp> {
  if (receipt.kind !== 'rfc3161') throw badTimeStamp('it is a receipt of another kind');
  const { verifyTimeStamp } = await import('./time-stamp.ts');
  const message = Buffer.from(formatCheckpoint(receipt));
  return verifyTimeStamp({ response: receipt.receipt, message, ca });
}
