import { joinBytes, type Bytes } from './bytes.ts';
import { LedgerProblem } from './problem.ts';

/** Bytes of a SHA-256 hash. */
export const hashBytes = 32;

/** The browser's cryptography. Absent on pages that came over plain HTTP. */
export function subtleCrypto(): SubtleCrypto {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) {
    throw new LedgerProblem(
      'unsupported',
      'This browser offers no cryptography here; it does on pages over HTTPS, on localhost and in files.',
    );
  }
  return subtle;
}

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtleCrypto().digest('SHA-256', bytes));
}

/** Hash of a leaf: SHA-256 of 0x00 and the entry (RFC 6962 section 2.1). */
export const leafHash = (entry: Uint8Array): Promise<Bytes> => sha256(joinBytes(Uint8Array.of(0), entry));

/** Hash of an inner node: SHA-256 of 0x01 and its two children (RFC 6962 section 2.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> =>
  sha256(joinBytes(Uint8Array.of(1), left, right));

/** Root of the perfect tree over hashes that lie one after the other; their number is a power of two. */
export async function perfectRoot(hashes: Uint8Array): Promise<Bytes> {
  let level = Array.from({ length: hashes.length / hashBytes }, (_, index) =>
    hashes.slice(index * hashBytes, (index + 1) * hashBytes),
  );
  while (level.length > 1) {
    const pairs = Array.from({ length: level.length / 2 }, (_, index) =>
      level.slice(index * 2, index * 2 + 2),
    );
    level = await Promise.all(pairs.map(([left, right]) => nodeHash(left as Bytes, right as Bytes)));
  }
  return level[0] as Bytes;
}

/** Folds hashes of neighbouring subtrees, left to right, into the root of their range. */
export async function foldRange(hashes: readonly Uint8Array[]): Promise<Uint8Array> {
  let root = hashes.at(-1) as Uint8Array;
  for (const left of hashes.slice(0, -1).toReversed()) root = await nodeHash(left, root);
  return root;
}
