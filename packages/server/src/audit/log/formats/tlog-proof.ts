import { malformed } from '../errors.ts';
import { leafHash } from '../merkle/hashing.ts';
import { verifyInclusion } from '../merkle/verify-proofs.ts';
import { parseCheckpoint, parseDecimal, parseHash } from './checkpoint.ts';
import { checkpointTrust, type TrustPolicy } from './policy.ts';
import { decodeBase64, formatNote, parseNote, type SignedNote } from './signed-note.ts';

/**
 * A receipt (C2SP tlog-proof): index, inclusion proof and checkpoint in one text that anyone can verify
 * offline against a policy. Kept with the extension `.tlog-proof`.
 */
export interface TlogProof {
  readonly index: number;
  readonly proof: readonly Buffer[];
  readonly checkpoint: SignedNote;
  /** Opaque and not authenticated. */
  readonly extra?: Buffer;
}

const header = 'c2sp.org/tlog-proof@v1';
/** A tree has at most 2^63 leaves. */
export const proofLimit = 63;

export function formatProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? '' : `extra ${proof.extra.toString('base64')}\n`;
  const hashes = proof.proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `${header}\n${extra}index ${proof.index}\n${hashes}\n${formatNote(proof.checkpoint)}`;
}

/** Parses a receipt. Nothing is verified. Raises `malformed_record`. */
export function parseProof(source: Uint8Array | string): TlogProof {
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  const end = text.indexOf('\n\n');
  if (end < 0) throw malformed('proof', 'an empty line must part it from the checkpoint');
  const lines = text.slice(0, end).split('\n');
  if (lines.shift() !== header) throw malformed('proof', `its first line must be ${header}`);
  let extra: Buffer | undefined;
  if (lines[0]?.startsWith('extra ')) {
    extra = decodeBase64((lines.shift() as string).slice('extra '.length));
    if (extra === undefined) throw malformed('proof', 'its extra data must be base 64');
  }
  const index = parseDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1]);
  if (index === undefined) throw malformed('proof', 'the index line must hold a decimal');
  if (lines.length > proofLimit) throw malformed('proof', `it may hold at most ${proofLimit} hashes`);
  const proof = lines.map((line) => {
    const hash = parseHash(line);
    if (hash === undefined) throw malformed('proof', 'every line of the path must be one hash in base 64');
    return hash;
  });
  const checkpoint = parseNote(text.slice(end + 2));
  return { index, proof, checkpoint, ...(extra === undefined ? {} : { extra }) };
}

/**
 * Verifies that `entry` is in a log that the policy trusts, under a checkpoint with the policy's quorum of
 * witnesses. Answers why not, rather than raising.
 */
export function verifyProof(
  source: Uint8Array | string,
  entry: Uint8Array,
  policy: TrustPolicy,
):
  | { readonly valid: true; readonly index: number; readonly origin: string }
  | { readonly valid: false; readonly reason: string } {
  let proof: TlogProof;
  try {
    proof = parseProof(source);
  } catch (error) {
    return { valid: false, reason: error instanceof Error ? error.message : String(error) };
  }
  const trust = checkpointTrust(proof.checkpoint, policy);
  if (!trust.trusted) return { valid: false, reason: trust.reason };
  const { origin, size, root } = parseCheckpoint(proof.checkpoint.text);
  const { index } = proof;
  return verifyInclusion({ index, size, root, proof: proof.proof, leafHash: leafHash(entry) })
    ? { valid: true, index, origin }
    : { valid: false, reason: `The entry is not at index ${index} of the tree that the checkpoint states.` };
}
