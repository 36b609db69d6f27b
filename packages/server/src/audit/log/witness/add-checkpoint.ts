import { malformed } from '../errors.ts';
import { parseDecimal, parseHash } from '../formats/checkpoint.ts';
import { parseNote, type SignedNote } from '../formats/signed-note.ts';
import { proofLimit } from '../formats/tlog-proof.ts';

/** The request body of `add-checkpoint` (C2SP tlog-witness). */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  /** The signed note as it was sent. */
  readonly note: string;
  readonly checkpoint: SignedNote;
}

export function formatAddCheckpoint(request: {
  readonly oldSize: number;
  readonly proof: readonly Buffer[];
  readonly note: string;
}): string {
  const lines = request.proof.map((hash) => `${hash.toString('base64')}\n`).join('');
  return `old ${request.oldSize}\n${lines}\n${request.note}`;
}

/** Parses a request body. Raises `malformed_record`. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const end = body.indexOf('\n\n');
  if (end < 0) throw malformed('request', 'an empty line must stand before the checkpoint');
  const [first = '', ...lines] = body.slice(0, end).split('\n');
  const oldSize = first.startsWith('old ') ? parseDecimal(first.slice('old '.length)) : undefined;
  if (oldSize === undefined) throw malformed('request', 'its first line must be "old" and a tree size');
  if (lines.length > proofLimit) throw malformed('request', `it may hold at most ${proofLimit} proof lines`);
  const proof = lines.map((line) => {
    const hash = parseHash(line);
    if (hash === undefined) throw malformed('request', 'every proof line must be one hash in base 64');
    return hash;
  });
  const note = body.slice(end + 2);
  return { oldSize, proof, note, checkpoint: parseNote(note) };
}
