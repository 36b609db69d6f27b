import { createHash } from 'node:crypto';

/** The tree as RFC 6962, section 2.1 defines it, by recursion and with no thought of speed; for tests. */
const sha = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const naiveLeaf = (entry: Uint8Array): Buffer => sha(Buffer.from([0]), entry);
export const naiveNode = (left: Uint8Array, right: Uint8Array): Buffer => sha(Buffer.from([1]), left, right);

function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

export function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leaves[0] as Buffer;
  const middle = split(leaves.length);
  return naiveNode(naiveRoot(leaves.slice(0, middle)), naiveRoot(leaves.slice(middle)));
}

/** Roots of trees of 0, 1, 2 ... leaves, each from the one before; another way than the tiles go. */
export function* naiveRoots(leaves: Iterable<Buffer>): Generator<Buffer> {
  const peaks: { hash: Buffer; height: number }[] = [];
  yield sha();
  for (const leaf of leaves) {
    let peak = { hash: leaf, height: 0 };
    while (peaks.at(-1)?.height === peak.height) {
      peak = { hash: naiveNode((peaks.pop() as typeof peak).hash, peak.hash), height: peak.height + 1 };
    }
    peaks.push(peak);
    yield peaks
      .slice(0, -1)
      .reduceRight((right, { hash }) => naiveNode(hash, right), (peaks.at(-1) as typeof peak).hash);
  }
}

export function naiveInclusion(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const middle = split(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return index < middle
    ? [...naiveInclusion(index, left), naiveRoot(right)]
    : [...naiveInclusion(index - middle, right), naiveRoot(left)];
}

export function naiveConsistency(oldSize: number, leaves: readonly Buffer[], whole = true): Buffer[] {
  if (oldSize === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const middle = split(leaves.length);
  const [left, right] = [leaves.slice(0, middle), leaves.slice(middle)];
  return oldSize <= middle
    ? [...naiveConsistency(oldSize, left, whole), naiveRoot(right)]
    : [...naiveConsistency(oldSize - middle, right, false), naiveRoot(left)];
}
