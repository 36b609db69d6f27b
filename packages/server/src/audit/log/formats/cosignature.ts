import { sign, verify } from 'node:crypto';
import { parseCheckpoint } from './checkpoint.ts';
import { ed25519SpkiPrefix } from './ed25519.ts';
import type { KeyKind } from './key-kind.ts';

/**
 * Cosignatures (C2SP tlog-cosignature): a timestamp of eight bytes and a signature, by which a cosigner
 * says that at that time this was the largest consistent tree it had seen of the log.
 */
const timestampBytes = 8;

function timestamped(seconds: bigint, signature: Buffer): Buffer {
  const stamp = Buffer.alloc(timestampBytes);
  stamp.writeBigUInt64BE(seconds);
  return Buffer.concat([stamp, signature]);
}

/** The POSIX time of a cosignature's bytes. */
export function cosignatureSeconds(signature: Uint8Array): bigint {
  return Buffer.from(signature).readBigUInt64BE(0);
}

/** Checks the length and the range of the timestamp, then the signature over what `message` gives. */
function check(
  signature: Buffer,
  length: number,
  right: (seconds: bigint, rest: Buffer) => boolean,
): boolean {
  if (signature.length !== timestampBytes + length) return false;
  const seconds = cosignatureSeconds(signature);
  return seconds < 2n ** 63n && right(seconds, signature.subarray(timestampBytes));
}

const ed25519Message = (text: string, seconds: bigint): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** Timestamped Ed25519 (type 0x04): the header, the time and the whole checkpoint. */
export const ed25519Cosignature: KeyKind = {
  type: 0x04,
  publicKeyBytes: 32,
  spkiPrefix: ed25519SpkiPrefix,
  sign({ key, text, seconds }) {
    const stamp = BigInt(seconds);
    return timestamped(stamp, sign(null, ed25519Message(text, stamp), key));
  },
  verify: ({ key, text, signature }) =>
    check(signature, 64, (seconds, rest) => verify(null, ed25519Message(text, seconds), key, rest)),
};

/** `cosigned_message` of tlog-cosignature for a whole tree: label, names, time, start 0, size, root. */
function subtreeMessage(name: string, text: string, seconds: bigint): Buffer {
  const { origin, size, root } = parseCheckpoint(text);
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64BE(BigInt(size), 8);
  const stamp = Buffer.alloc(timestampBytes);
  stamp.writeBigUInt64BE(seconds);
  const cosigner = Buffer.from(name);
  const log = Buffer.from(origin);
  if (cosigner.length > 255 || log.length > 255) throw new RangeError('names have at most 255 bytes');
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    Buffer.from([cosigner.length]),
    cosigner,
    stamp,
    Buffer.from([log.length]),
    log,
    numbers,
    root,
  ]);
}

/** ML-DSA-44 (type 0x06, FIPS 204): commits to the cosigner's name, the origin, the size and the root. */
export const mlDsa44Cosignature: KeyKind = {
  type: 0x06,
  publicKeyBytes: 1312,
  spkiPrefix: Buffer.from('30820532300b06096086480165030403110382052100', 'hex'),
  sign({ key, name, text, seconds }) {
    const stamp = BigInt(seconds);
    return timestamped(stamp, sign(null, subtreeMessage(name, text, stamp), key));
  },
  verify({ key, name, text, signature }) {
    try {
      return check(signature, 2420, (seconds, rest) =>
        verify(null, subtreeMessage(name, text, seconds), key, rest),
      );
    } catch {
      return false; // The text is no checkpoint: there is nothing that this kind of key could have signed.
    }
  },
};
