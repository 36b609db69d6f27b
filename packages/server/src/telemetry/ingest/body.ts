import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { uncompress } from 'snappyjs';
import { messageOf } from '../../base/errors.ts';
import { tooLarge, unreadable, unsupported } from './errors.ts';
import { createGate } from '../../base/gate.ts';

const expand = {
  gzip: promisify(gunzip),
  inflate: promisify(inflate),
  inflateRaw: promisify(inflateRaw),
  zstd: promisify(zstdDecompress),
};

/**
 * All doors together: a body that is unpacked may come to hold the most that a body may, and the limits of its
 * sender are asked before that is known.
 */
const unpacking = createGate(4);

/** Encodings that a door takes; `snappy` is the block format, as remote write and Loki use it. */
export type ContentEncoding = 'identity' | 'gzip' | 'deflate' | 'zstd' | 'snappy';

/**
 * The most that snappy can shrink: a copy of 64 bytes takes 3. A body that says it is larger is none, and
 * no memory is set aside for it.
 */
const snappyRatio = 24;

const overLimit = (limit: number) => tooLarge(`The body is larger than ${limit} bytes after decompression.`);

/** True when `error` is zlib's word for an answer that would exceed `maxOutputLength`. */
const isOverLimit = (error: unknown): boolean =>
  (error as { code?: unknown } | null)?.code === 'ERR_BUFFER_TOO_LARGE';

/** The first number of a snappy block: the length of what is in it (snappy's format description, 1). */
function snappyLength(body: Uint8Array): number {
  let length = 0;
  for (let at = 0; at < Math.min(body.length, 5); at += 1) {
    const byte = body[at]!;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  throw unreadable('The body is not a snappy block.');
}

function fromSnappy(body: Buffer, limit: number): Buffer {
  const length = snappyLength(body);
  if (length > limit) throw overLimit(limit);
  if (length > body.length * snappyRatio) throw unreadable('The body is not a whole snappy block.');
  try {
    const plain = uncompress(body, limit);
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch (error) {
    throw unreadable('The body is not a whole snappy block.', error);
  }
}

async function fromZlib(body: Buffer, encoding: 'gzip' | 'deflate' | 'zstd', limit: number): Promise<Buffer> {
  // RFC 9110 means zlib's wrapper by `deflate`; some senders leave it out (RFC 1950: low nibble 8).
  const kind = encoding === 'deflate' ? ((body[0] ?? 0) % 16 === 8 ? 'inflate' : 'inflateRaw') : encoding;
  try {
    return await unpacking(() => expand[kind](body, { maxOutputLength: limit }));
  } catch (error) {
    if (isOverLimit(error)) throw overLimit(limit);
    throw unreadable(`The body is not whole ${encoding}: ${messageOf(error)}.`, error);
  }
}

/**
 * A body without its content encoding. Raises `too_large` as soon as more than `limitBytes` come out of it,
 * `unsupported` for an encoding that is not in `taken`, `unreadable` for a body that is not so encoded.
 */
export async function plainBody(
  body: Buffer,
  given: {
    /** The header `Content-Encoding`, or what the protocol says when there is none. */
    readonly encoding: string | undefined;
    readonly taken: readonly ContentEncoding[];
    readonly limitBytes: number;
  },
): Promise<Buffer> {
  const name = (given.encoding ?? 'identity').trim().toLowerCase();
  const encoding = (name === 'x-gzip' ? 'gzip' : name === '' ? 'identity' : name) as ContentEncoding;
  if (!given.taken.includes(encoding)) {
    throw unsupported(`The content encoding "${name.slice(0, 40)}" is not one of ${given.taken.join(', ')}.`);
  }
  if (encoding === 'snappy') return fromSnappy(body, given.limitBytes);
  if (encoding !== 'identity') return fromZlib(body, encoding, given.limitBytes);
  if (body.length > given.limitBytes) throw overLimit(given.limitBytes);
  return body;
}

/** The media type of a header `Content-Type`, in lower case and without parameters. */
export function mediaType(header: string | undefined): string {
  return (header?.split(';')[0] ?? '').trim().toLowerCase();
}
