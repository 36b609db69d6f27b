import { decodeBase64, type Bytes } from './bytes.ts';
import { unreadable } from './problem.ts';

/** One signature line of a note: whose it claims to be, and its bytes after the key id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  readonly signature: Bytes;
}

/** A signed note (C2SP signed-note): text, an empty line, signature lines. */
export interface SignedNote {
  /** With its last newline, without the empty line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const noteLimitCharacters = 1_000_000;
const signatureLimit = 100;
// eslint-disable-next-line no-control-regex -- the specification forbids exactly these.
const forbidden = /[\u0000-\u0009\u000B-\u001F]/;

/** True for a name that may stand in a key: not empty, no spaces, no plus. */
export const isKeyName = (name: string): boolean =>
  name !== '' && !/[\s\u0085+]/u.test(name) && name.isWellFormed();

/** A number of four bytes, most significant first. */
export const readKeyId = (bytes: Bytes): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);

function parseSignature(line: string): NoteSignature {
  const match = /^\u2014 (\S+) (\S+)$/u.exec(line);
  const bytes = decodeBase64(match?.[2] ?? '');
  const name = match?.[1] ?? '';
  if (bytes === undefined || bytes.length < 5 || !isKeyName(name)) {
    throw unreadable('A line below a checkpoint is not a signature.');
  }
  return { name, keyId: readKeyId(bytes), signature: bytes.slice(4) };
}

/** Parses a note; no signature is checked. Throws a `LedgerProblem` (`unreadable`). */
export function parseNote(note: string): SignedNote {
  if (note.length > noteLimitCharacters || !note.isWellFormed() || forbidden.test(note)) {
    throw unreadable('A checkpoint is too long or has control characters.');
  }
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw unreadable('A checkpoint has no signatures.');
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > signatureLimit) {
    throw unreadable(`A checkpoint has more than ${signatureLimit} signatures.`);
  }
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}
