import type { Clock } from '../../../base/clock.ts';
import { parseCheckpoint, type Checkpoint } from '../formats/checkpoint.ts';
import { verifiedSignatures, type NoteSigner, type NoteVerifier } from '../formats/keys.ts';
import { formatSignature } from '../formats/signed-note.ts';
import { emptyRoot } from '../merkle/hashing.ts';
import { verifyConsistency } from '../merkle/verify-proofs.ts';
import { parseAddCheckpoint, type AddCheckpoint } from './add-checkpoint.ts';

/** What a witness remembers of a log: the newest checkpoint that it cosigned. */
export interface WitnessedHead {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note, as evidence. */
  readonly note: string;
}

/** Where a witness keeps what it saw. */
export interface WitnessStore {
  /** The newest head of a log; null when none was cosigned yet. */
  latest(origin: string): Promise<WitnessedHead | null>;
  /**
   * Replaces the head, durably, if and only if the stored one still has the size and root of `from`
   * (null: nothing is stored). Comparing and storing is one atomic step. False when it was another.
   */
  advance(origin: string, from: WitnessedHead | null, to: WitnessedHead): Promise<boolean>;
}

export interface WitnessRequest {
  /** Cosigner keys: type 0x04, 0x06 or both. */
  readonly signers: readonly NoteSigner[];
  readonly store: WitnessStore;
  readonly clock: Clock;
  /** Keys that are trusted for an origin; none when the log is unknown. */
  keysOf(origin: string): readonly NoteVerifier[];
  /** Told of a signed checkpoint that contradicts what was seen: evidence that a log misbehaves. */
  onContradiction?(origin: string, body: string): void;
}

/** An answer in terms of HTTP. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly contentType: string;
  readonly body: string;
}

export interface Witness {
  /** Answers the body of `POST add-checkpoint` (C2SP tlog-witness). */
  addCheckpoint(body: string): Promise<WitnessAnswer>;
}

const plain = 'text/plain; charset=utf-8';
const refuse = (status: 400 | 403 | 404 | 409 | 422, why: string): WitnessAnswer => ({
  status,
  contentType: plain,
  body: `${why}\n`,
});
/**
 * A refusal that shows the checkpoint which was cosigned before, below an empty line: with it, whoever holds
 * the log's key can tell a fork from a false word.
 */
const contradicted = (status: 409 | 422, why: string, latest: WitnessedHead | null): WitnessAnswer =>
  refuse(status, latest === null ? why : `${why}\n\n${latest.note.replace(/\n$/, '')}`);
const otherSize = (size: number): WitnessAnswer => ({
  status: 409,
  contentType: 'text/x.tlog.size',
  body: `${size}\n`,
});

export function createWitness(request: WitnessRequest): Witness {
  const { store, clock } = request;

  return {
    async addCheckpoint(body) {
      let asked: AddCheckpoint;
      let checkpoint: Checkpoint;
      try {
        asked = parseAddCheckpoint(body);
        checkpoint = parseCheckpoint(asked.checkpoint.text);
      } catch (error) {
        return refuse(400, (error as Error).message);
      }
      const { origin, size, root } = checkpoint;
      const keys = request.keysOf(origin);
      if (keys.length === 0) return refuse(404, 'This witness does not know the log.');
      if (verifiedSignatures(asked.checkpoint, keys).length === 0) {
        return refuse(403, 'No trusted key of the log signed the checkpoint.');
      }
      if (asked.oldSize > size) return refuse(400, 'The old size is larger than that of the checkpoint.');

      const latest = await store.latest(origin);
      if (asked.oldSize !== (latest?.size ?? 0)) return otherSize(latest?.size ?? 0);
      if (latest !== null && latest.size === size && !latest.root.equals(root)) {
        request.onContradiction?.(origin, body);
        return contradicted(409, 'Another root was cosigned for this size.', latest);
      }
      const consistent = verifyConsistency({
        oldSize: asked.oldSize,
        oldRoot: latest?.root ?? emptyRoot,
        newSize: size,
        newRoot: root,
        proof: asked.proof,
      });
      if (!consistent || (size === 0 && !root.equals(emptyRoot))) {
        request.onContradiction?.(origin, body);
        return contradicted(422, 'The consistency proof does not verify.', latest);
      }
      // Stored before the signature is given, and only over the head that the proof began with.
      if (!(await store.advance(origin, latest, { size, root, note: asked.note }))) {
        return otherSize((await store.latest(origin))?.size ?? 0);
      }
      const seconds = Math.floor(clock.now() / 1000);
      const lines = request.signers.map((signer) =>
        formatSignature(signer.sign(asked.checkpoint.text, seconds)),
      );
      return { status: 200, contentType: plain, body: lines.join('') };
    },
  };
}
