import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { parseNote, type SignedNote } from './note.ts';
import { reachesQuorum, type TrustPolicy } from './policy.ts';
import { LedgerProblem, notVerified } from './problem.ts';
import { cosignatureSeconds } from './signatures/cosignature.ts';
import { signedBy, type VerifierKey } from './verifier-key.ts';

/** A witness whose cosignature was found right. */
export interface Witnessed {
  /** The policy's name for the witness. */
  readonly name: string;
  /** POSIX time that the witness states. */
  readonly seconds: number;
}

/** A checkpoint that the policy accepts. */
export interface VerifiedCheckpoint extends Checkpoint {
  readonly witnesses: readonly Witnessed[];
  /** Witnesses that cosigned in a way that this browser cannot check; they counted for nothing. */
  readonly uncheckable: readonly string[];
  /** The whole note. */
  readonly note: string;
}

/** Throws a `LedgerProblem` unless one of the keys signed the note. */
export async function requireSignature(
  note: SignedNote,
  { origin }: Checkpoint,
  keys: readonly VerifierKey[],
): Promise<void> {
  const states = await Promise.all(keys.map(async (key) => (await signedBy(key, note)).state));
  if (states.includes('signed')) return;
  if (states.includes('uncheckable')) {
    throw new LedgerProblem(
      'unsupported',
      `This browser cannot check the kind of signature that ${origin} uses. A newer one can, and so can verify.py.`,
    );
  }
  throw notVerified(`The checkpoint of ${origin} is not signed by a log that the policy trusts.`);
}

/**
 * Judges a checkpoint: signed by one of the policy's logs under its own origin, and cosigned by the quorum.
 * Throws a `LedgerProblem` that says why not.
 */
export async function verifyCheckpoint(source: string, policy: TrustPolicy): Promise<VerifiedCheckpoint> {
  const note = parseNote(source);
  const checkpoint = parseCheckpoint(note.text);
  const keys = policy.logs.filter(({ name }) => name === checkpoint.origin);
  await requireSignature(note, checkpoint, keys);
  const witnesses: Witnessed[] = [];
  const uncheckable: string[] = [];
  for (const [name, key] of policy.witnesses) {
    const { state, signature } = await signedBy(key, note);
    if (signature !== undefined) {
      witnesses.push({ name, seconds: Number(cosignatureSeconds(signature) ?? 0n) });
    } else if (state === 'uncheckable') {
      uncheckable.push(name);
    }
  }
  if (!reachesQuorum(policy, new Set(witnesses.map(({ name }) => name)))) {
    throw notVerified(`The checkpoint of ${checkpoint.origin} lacks the witnesses that the policy asks for.`);
  }
  return { ...checkpoint, witnesses, uncheckable, note: source };
}
