import { nodeHash } from './hashing.ts';

/** A perfect subtree: the hash of leaves `index * 2^level` up to `(index + 1) * 2^level`. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/**
 * One hash of a proof: the root of a range of leaves, as the perfect subtrees that make it up, left to
 * right. Folded from the right they give the hash.
 */
export type Subtrees = readonly TreeNode[];

/** Largest power of two below `size`; `size` is at least 2 (`k` of RFC 6962, section 2.1). */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The perfect subtrees of leaves `start` to `end`; `start` is where a subtree of that size may begin. */
export function subtreesOf(start: number, end: number): Subtrees {
  const nodes: TreeNode[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    nodes.push({ level, index: at / width });
    at += width;
  }
  return nodes;
}

/** What the inclusion proof of leaf `index` in a tree of `size` leaves is made of (RFC 6962, 2.1.1). */
export function inclusionRanges(index: number, size: number): Subtrees[] {
  const path: Subtrees[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(subtreesOf(middle, end));
      end = middle;
    } else {
      path.push(subtreesOf(start, middle));
      start = middle;
    }
  }
  return path.toReversed();
}

/** What the consistency proof from `oldSize` to `newSize` is made of (RFC 6962, 2.1.2). */
export function consistencyRanges(oldSize: number, newSize: number): Subtrees[] {
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Subtrees[] = [];
  let start = 0;
  let end = newSize;
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.push(subtreesOf(middle, end));
      end = middle;
    } else {
      path.push(subtreesOf(start, middle));
      start = middle;
    }
  }
  // The old tree itself is known to the verifier; a right part of it is not.
  if (start !== 0) path.push(subtreesOf(start, end));
  return path.toReversed();
}

/** Folds subtrees' hashes, left to right, into the root of their range. At least one is needed. */
export function foldRange(hashes: readonly Uint8Array[]): Buffer {
  let root = hashes[hashes.length - 1] as Uint8Array;
  for (let index = hashes.length - 2; index >= 0; index -= 1)
    root = nodeHash(hashes[index] as Uint8Array, root);
  return Buffer.from(root);
}
