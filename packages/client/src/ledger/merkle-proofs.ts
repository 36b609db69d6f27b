import { sameBytes } from './bytes.ts';
import { nodeHash } from './hashing.ts';

export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Where a proof stands on its way up. Not bit operations: those end at 32 bits. */
interface Place {
  readonly node: number;
  readonly last: number;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const up = ({ node, last }: Place): Place => ({ node: Math.floor(node / 2), last: Math.floor(last / 2) });
const joinsLeft = ({ node, last }: Place): boolean => node % 2 === 1 || node === last;

/** The place after a sibling on the left was joined: levels where the node has no sibling are passed over. */
function pastSingles(place: Place): Place {
  let at = place;
  while (at.node % 2 === 0 && at.node !== 0) at = up(at);
  return up(at);
}

/** True when the leaf is at `index` of the tree with that root (RFC 9162 section 2.1.3.2). */
export async function verifyInclusion(claim: InclusionClaim): Promise<boolean> {
  const { index, size, proof, root } = claim;
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let place: Place = { node: index, last: size - 1 };
  let hash = claim.leafHash;
  for (const sibling of proof) {
    if (place.last === 0) return false;
    const left = joinsLeft(place);
    hash = left ? await nodeHash(sibling, hash) : await nodeHash(hash, sibling);
    place = left ? pastSingles(place) : up(place);
  }
  return place.last === 0 && sameBytes(hash, root);
}

/** True when the old tree is the beginning of the new one (RFC 9162 section 2.1.4.2). */
export async function verifyConsistency(claim: ConsistencyClaim): Promise<boolean> {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  if (!isCount(oldSize) || !isCount(newSize) || oldSize > newSize) return false;
  if (oldSize === 0) return proof.length === 0;
  if (oldSize === newSize) return proof.length === 0 && sameBytes(oldRoot, newRoot);
  let place: Place = { node: oldSize - 1, last: newSize - 1 };
  while (place.node % 2 === 1) place = up(place);
  // An old size that is a power of two is a subtree of the new tree: its root starts the path.
  const [first, ...path] = place.node === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let oldHash = first;
  let newHash = first;
  for (const sibling of path) {
    if (place.last === 0) return false;
    if (joinsLeft(place)) {
      oldHash = await nodeHash(sibling, oldHash);
      newHash = await nodeHash(sibling, newHash);
      place = pastSingles(place);
    } else {
      newHash = await nodeHash(newHash, sibling);
      place = up(place);
    }
  }
  return place.last === 0 && sameBytes(oldHash, oldRoot) && sameBytes(newHash, newRoot);
}
