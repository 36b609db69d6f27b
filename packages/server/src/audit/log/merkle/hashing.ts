import { hash } from 'node:crypto';

/** Bytes of a SHA-256 hash. */
export const hashBytes = 32;

/** Longest entry that an entry bundle can carry: its length is a uint16 (C2SP tlog-tiles). */
export const entryLimitBytes = 65_535;

/** Root of the tree without leaves: the hash of nothing (RFC 6962, section 2.1). */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer');

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);
const leafInput = Buffer.alloc(1 + entryLimitBytes);

/** Hash of a leaf: SHA-256 of 0x00 and the entry (RFC 6962, section 2.1). */
export function leafHash(entry: Uint8Array): Buffer {
  const input = entry.length <= entryLimitBytes ? leafInput : Buffer.alloc(1 + entry.length);
  input.set(entry, 1);
  return Buffer.from(hash('sha256', input.subarray(0, 1 + entry.length), 'latin1'), 'latin1');
}

/** Hash of an inner node: SHA-256 of 0x01 and its two children (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  // A digest as latin1 text costs a fifth of one as a Buffer made by the hash function.
  return Buffer.from(hash('sha256', nodeInput, 'latin1'), 'latin1');
}

/**
 * Root of the perfect tree over `count` hashes that lie one after the other; `count` is a power of two
 * and at most 256.
 */
export function perfectRoot(hashes: Uint8Array, count: number): Buffer {
  const level = Buffer.allocUnsafe(count * hashBytes);
  level.set(hashes.subarray(0, count * hashBytes));
  for (let width = count; width > 1; width /= 2) {
    for (let index = 0; index < width; index += 2) {
      nodeInput.set(level.subarray(index * hashBytes, (index + 2) * hashBytes), 1);
      level.write(hash('sha256', nodeInput, 'latin1'), (index / 2) * hashBytes, hashBytes, 'latin1');
    }
  }
  return Buffer.from(level.subarray(0, hashBytes));
}

/**
 * Leaf hashes of the entries of an entry bundle, one after the other; `undefined` when it ends within an
 * entry. The bundle's bytes are changed and put back meanwhile.
 */
export function bundleLeafHashes(bundle: Buffer, count: number): Buffer | undefined {
  const hashes = Buffer.allocUnsafe(count * hashBytes);
  let at = 0;
  for (let entry = 0; entry < count; entry += 1) {
    if (at + 2 > bundle.length) return undefined;
    const end = at + 2 + bundle.readUInt16BE(at);
    if (end > bundle.length) return undefined;
    // The zero that a leaf's hash begins with stands for a moment where the length's low byte is.
    const low = bundle[at + 1] as number;
    bundle[at + 1] = 0;
    hashes.write(
      hash('sha256', bundle.subarray(at + 1, end), 'latin1'),
      entry * hashBytes,
      hashBytes,
      'latin1',
    );
    bundle[at + 1] = low;
    at = end;
  }
  return at === bundle.length ? hashes : undefined;
}
