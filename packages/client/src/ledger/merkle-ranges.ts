/** A perfect subtree: the hash of leaves `index * 2^level` up to `(index + 1) * 2^level`. */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** One hash of a proof: a range of leaves as the perfect subtrees that make it up, left to right. */
export type Subtrees = readonly TreeNode[];

/** Largest power of two below `size`, which is at least 2 (`k` of RFC 6962 section 2.1). */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function subtreesOf(start: number, end: number): Subtrees {
  const nodes: TreeNode[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    nodes.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return nodes;
}

/** What the inclusion proof of leaf `index` in a tree of `size` is made of (RFC 6962 section 2.1.1). */
export function inclusionRanges(index: number, size: number): Subtrees[] {
  const path: Subtrees[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    path.push(index < middle ? subtreesOf(middle, end) : subtreesOf(start, middle));
    if (index < middle) end = middle;
    else start = middle;
  }
  return path.toReversed();
}

/** What the consistency proof from `oldSize` to `newSize` is made of (RFC 6962 section 2.1.2). */
export function consistencyRanges(oldSize: number, newSize: number): Subtrees[] {
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Subtrees[] = [];
  let [start, end] = [0, newSize];
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    path.push(oldSize <= middle ? subtreesOf(middle, end) : subtreesOf(start, middle));
    if (oldSize <= middle) end = middle;
    else start = middle;
  }
  // The old tree itself is known to the verifier; a right part of it is not.
  if (start !== 0) path.push(subtreesOf(start, end));
  return path.toReversed();
}
