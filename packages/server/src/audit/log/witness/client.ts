import { CustosError } from '../../../base/errors.ts';
import { parseDecimal } from '../formats/checkpoint.ts';
import { verifiedSignatures, type NoteVerifier } from '../formats/keys.ts';
import { parseSignatureLines, type NoteSignature } from '../formats/signed-note.ts';
import type { ExternalHead, ExternalHeads } from '../types.ts';
import { formatAddCheckpoint } from './add-checkpoint.ts';

/** Sends one request to a witness and gives its answer; rejects when there is none. */
export type WitnessCall = (request: {
  readonly url: string;
  readonly body: string;
}) => Promise<{ readonly status: number; readonly contentType: string; readonly body: string }>;

/** A witness to ask. */
export interface WitnessPeer {
  /** For people and as the source of heads. */
  readonly name: string;
  /** Submission prefix; `/add-checkpoint` is added. */
  readonly url: string;
  readonly keys: readonly NoteVerifier[];
}

export interface Submission {
  readonly size: number;
  /** The text that the log signed. */
  readonly text: string;
  readonly note: string;
  consistencyProof(oldSize: number, newSize: number): Promise<readonly Buffer[]>;
}

/** What came of asking a witness. */
export type WitnessVerdict =
  | { readonly outcome: 'cosigned'; readonly signatures: readonly NoteSignature[] }
  /** The witness has seen more of the log than is submitted. */
  | { readonly outcome: 'ahead'; readonly size: number }
  /**
   * The witness says that it has seen another history. Its answer may show the checkpoint that it knows;
   * without one that our key signed it is only its word.
   */
  | { readonly outcome: 'forked'; readonly answer: string };

const maxAttempts = 4;
/** Of an answer, what is looked at: a note with many signatures fits. */
const maxAnswer = 64 * 1024;

function unusable(peer: WitnessPeer, why: string): CustosError {
  return new CustosError('witness_unusable', `The witness ${peer.name} ${why}.`, { status: 502 });
}

/** Remembers the size that each witness cosigned last, so that the first attempt is usually right. */
export interface WitnessClient {
  /** Submits a checkpoint. Raises `witness_unusable` when the answer helps no further. */
  submit(submission: Submission): Promise<WitnessVerdict>;
}

export function createWitnessClient(peer: WitnessPeer, call: WitnessCall): WitnessClient {
  const url = `${peer.url.replace(/\/+$/, '')}/add-checkpoint`;
  let seen = 0;

  return {
    async submit({ size, text, note, consistencyProof }) {
      let oldSize = Math.min(seen, size);
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        const proof = await consistencyProof(oldSize, size);
        const answer = await call({ url, body: formatAddCheckpoint({ oldSize, proof, note }) });
        if (answer.status === 200) {
          let signatures: NoteSignature[] = [];
          try {
            signatures = parseSignatureLines(answer.body);
          } catch {
            throw unusable(peer, 'answered something else than signature lines');
          }
          const right = verifiedSignatures({ text, signatures }, peer.keys).map(({ signature }) => signature);
          if (right.length === 0) throw unusable(peer, 'answered no cosignature of a key that we know');
          seen = size;
          return { outcome: 'cosigned', signatures: right };
        }
        if (answer.status === 422) return { outcome: 'forked', answer: answer.body.slice(0, maxAnswer) };
        if (answer.status !== 409)
          throw unusable(peer, `answered ${answer.status}: ${answer.body.slice(0, 200).trim()}`);
        if (answer.contentType.split(';')[0]?.trim() !== 'text/x.tlog.size') {
          return { outcome: 'forked', answer: answer.body.slice(0, maxAnswer) };
        }
        const theirs = parseDecimal(answer.body.replace(/\n$/, ''));
        if (theirs === undefined) throw unusable(peer, 'answered 409 without a tree size');
        if (theirs > size) return { outcome: 'ahead', size: theirs };
        oldSize = theirs;
      }
      throw unusable(peer, `named another size ${maxAttempts} times`);
    },
  };
}

/**
 * Asks witnesses for the newest head that they know, by submitting the newest checkpoint that our own
 * files hold: who has seen more answers its size, and who has seen another history refuses.
 *
 * Rejects when a witness cannot be asked. Says nothing of a log that never signed.
 */
export function witnessHeads(peers: readonly WitnessPeer[], call: WitnessCall): ExternalHeads {
  return {
    async heads({ published, head, consistencyProof }) {
      if (published === null) return [];
      const text = published.slice(0, published.indexOf('\n\n') + 1);
      const size = Number(text.split('\n')[1]);
      if (size > head.size) return []; // Our own files show already that the log is behind.
      const known: ExternalHead[] = [];
      for (const peer of peers) {
        const client = createWitnessClient(peer, call);
        const verdict = await client.submit({ size, text, note: published, consistencyProof });
        const source = `the witness ${peer.name}`;
        if (verdict.outcome === 'ahead') known.push({ source, size: verdict.size, root: null });
        // A root that no tree has: the witness does not say which one it knows, only that it is not ours.
        if (verdict.outcome === 'forked') known.push({ source, size, root: Buffer.alloc(32) });
      }
      return known;
    },
  };
}
