import type { Bytes } from './bytes.ts';
import { verifyCheckpoint, type VerifiedCheckpoint } from './checkpoint-trust.ts';
import { parseDecimal, parseHash } from './checkpoint.ts';
import { leafHash } from './hashing.ts';
import { verifyInclusion } from './merkle-proofs.ts';
import { parsePolicy } from './policy.ts';
import { notVerified, problemOf, unreadable, type Problem } from './problem.ts';

/** The parts of a receipt (C2SP tlog-proof). */
export interface Receipt {
  readonly index: number;
  readonly proof: readonly Bytes[];
  /** The signed note, not yet checked. */
  readonly checkpoint: string;
}

/** A tree has at most 2^63 leaves. */
const proofLimit = 63;
const leafLimitBytes = 65_535;

/** Parses a receipt; nothing is verified. Throws a `LedgerProblem` (`unreadable`). */
export function parseReceipt(text: string): Receipt {
  const end = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(end, 0)).split('\n');
  if (end < 0 || lines.shift() !== 'c2sp.org/tlog-proof@v1') {
    throw unreadable('A proof does not begin with c2sp.org/tlog-proof@v1.');
  }
  if (lines[0]?.startsWith('extra ') === true) lines.shift();
  const index = parseDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1]);
  if (index === undefined) throw unreadable('A proof has no index.');
  if (lines.length > proofLimit) throw unreadable(`A proof has more than ${proofLimit} hashes.`);
  const proof = lines.map((line) => {
    const hash = parseHash(line);
    if (hash === undefined) throw unreadable('A line of a proof is not a hash.');
    return hash;
  });
  return { index, proof, checkpoint: text.slice(end + 2) };
}

/** Throws a `LedgerProblem` unless the leaf is where the receipt says, under a checkpoint already verified. */
export async function requireInclusion(
  { index, proof }: Receipt,
  leaf: Uint8Array,
  { origin, size, root }: VerifiedCheckpoint,
): Promise<void> {
  if (leaf.length > leafLimitBytes) throw unreadable(`A leaf is longer than ${leafLimitBytes} bytes.`);
  const claim = { index, size, root, proof, leafHash: await leafHash(leaf) };
  if (!(await verifyInclusion(claim))) {
    throw notVerified(`The event is not at place ${index} of ${origin}, as the checkpoint states it.`);
  }
}

export type ReceiptVerdict =
  | { readonly verified: true; readonly index: number; readonly checkpoint: VerifiedCheckpoint }
  | ({ readonly verified: false } & Problem);

/**
 * Verifies that the exact bytes of `leaf` are in a log that the policy trusts (C2SP tlog-proof and
 * tlog-policy). Answers why not, rather than throwing.
 */
export async function verifyReceipt({
  receipt,
  leaf,
  policy,
}: {
  readonly receipt: string;
  readonly leaf: Uint8Array;
  /** Text of a C2SP tlog-policy. */
  readonly policy: string;
}): Promise<ReceiptVerdict> {
  try {
    const parsed = parseReceipt(receipt);
    const checkpoint = await verifyCheckpoint(parsed.checkpoint, await parsePolicy(policy));
    await requireInclusion(parsed, leaf, checkpoint);
    return { verified: true, index: parsed.index, checkpoint };
  } catch (error) {
    return { verified: false, ...problemOf(error) };
  }
}
