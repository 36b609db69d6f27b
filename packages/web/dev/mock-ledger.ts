import { createHash, generateKeyPairSync, sign } from 'node:crypto';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const byte = (value: number): Uint8Array => Uint8Array.of(value);
export const leafHashOf = (leaf: Uint8Array): Buffer => sha256(byte(0), leaf);
const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(byte(1), left, right);

/** The largest power of two that is smaller than `size`. */
function split(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** Root of the tree over leaf hashes (RFC 6962 section 2.1). */
function rootOf(hashes: readonly Buffer[]): Buffer {
  if (hashes.length <= 1) return hashes[0] ?? sha256();
  const half = split(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, half)), rootOf(hashes.slice(half)));
}

/** Audit path of a leaf (RFC 6962 section 2.1.1). */
function pathOf(index: number, hashes: readonly Buffer[]): readonly Buffer[] {
  if (hashes.length <= 1) return [];
  const half = split(hashes.length);
  const [left, right] = [hashes.slice(0, half), hashes.slice(half)];
  return index < half
    ? [...pathOf(index, left), rootOf(right)]
    : [...pathOf(index - half, right), rootOf(left)];
}

/** A log as C2SP tlog-tiles has it, in memory: fewer than 65,536 entries. */
export interface MockLog {
  readonly origin: string;
  readonly vkey: string;
  readonly checkpoint: string;
  readonly root: string;
  readonly leaves: readonly Uint8Array[];
  /** C2SP tlog-proof of an entry. */
  receipt(index: number): string;
  /** What the log serves; undefined when there is no such thing. */
  read(path: string): Uint8Array | undefined;
}

export const makeLogKeys = () => generateKeyPairSync('ed25519');

/** Makes a log that has signed all of its entries, with a key of its own unless one is given. */
export function createMockLog(
  origin: string,
  leaves: readonly Uint8Array[],
  { privateKey, publicKey } = makeLogKeys(),
): MockLog {
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const material = Buffer.concat([byte(1), raw]);
  const id = sha256(Buffer.from(`${origin}\n`), material).subarray(0, 4);
  const hashes = leaves.map(leafHashOf);
  const root = rootOf(hashes).toString('base64');
  const text = `${origin}\n${leaves.length}\n${root}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  const checkpoint = `${text}\n— ${origin} ${signature}\n`;

  function tile(level: number, index: number): readonly Buffer[] {
    if (level === 0) return hashes.slice(index * 256, index * 256 + 256);
    if (level > 1 || index > 0) return [];
    return Array.from({ length: Math.floor(hashes.length / 256) }, (_, at) => rootOf(tile(0, at)));
  }
  function bundle(index: number, width: number): Uint8Array {
    return Buffer.concat(
      leaves.slice(index * 256, index * 256 + width).flatMap((leaf) => {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(leaf.length);
        return [length, leaf];
      }),
    );
  }
  return {
    origin,
    vkey: `${origin}+${id.toString('hex')}+${material.toString('base64')}`,
    checkpoint,
    root,
    leaves,
    receipt(index) {
      const proof = pathOf(index, hashes).map((hash) => `${hash.toString('base64')}\n`);
      return `c2sp.org/tlog-proof@v1\nindex ${index}\n${proof.join('')}\n${checkpoint}`;
    },
    read(path) {
      if (path === 'checkpoint') return Buffer.from(checkpoint);
      const found = /^tile\/(entries|\d)\/(\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
      if (found === null) return undefined;
      const [, kind = '', number = '', partial] = found;
      const width = partial === undefined ? 256 : Number(partial);
      if (kind === 'entries') return bundle(Number(number), width);
      const own = tile(Number(kind), Number(number)).slice(0, width);
      return own.length === width ? Buffer.concat(own) : undefined;
    },
  };
}
