import { malformed } from '../errors.ts';

/**
 * Signed notes (C2SP signed-note): text that ends in a newline, an empty line, and signature lines of an
 * em dash, a key name and base 64 of a 32-bit key id and the signature.
 */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: number;
  /** The bytes after the key id; what they mean depends on the kind of key. */
  readonly signature: Buffer;
}

export interface SignedNote {
  /** With its last newline, without the empty line. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** Notes above this are refused unread: 16 post-quantum signatures of 5 kB and a generous text fit. */
const noteLimitBytes = 1_000_000;
const signatureLimit = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** True for a key name that may stand in a signature line: not empty, no Unicode spaces, no plus. */
export function isKeyName(name: string): boolean {
  return name !== '' && !/[\s\u0085+]/u.test(name) && name.isWellFormed();
}

/** Decodes standard base 64 with padding and nothing else; `undefined` when it is not that. */
export function decodeBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function parseSignatureLine(line: string): NoteSignature {
  const match = /^\u2014 (\S+) (\S+)$/u.exec(line);
  const bytes = decodeBase64(match?.[2] ?? '');
  if (match === null || !isKeyName(match[1] as string) || bytes === undefined || bytes.length < 5) {
    throw malformed('signed note', 'every line after the last empty one must be a signature line');
  }
  return { name: match[1] as string, keyId: bytes.readUInt32BE(0), signature: bytes.subarray(4) };
}

/** Parses signature lines alone, as a witness answers them. Raises `malformed_record`. */
export function parseSignatureLines(text: string): NoteSignature[] {
  if (!text.endsWith('\n')) throw malformed('signature lines', 'the last line must end in a newline');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length > signatureLimit) throw malformed('signature lines', `at most ${signatureLimit} are read`);
  return lines.map(parseSignatureLine);
}

/** Parses a note. No signature is checked. Raises `malformed_record`. */
export function parseNote(source: Uint8Array | string): SignedNote {
  const size = typeof source === 'string' ? Buffer.byteLength(source) : source.length;
  if (size > noteLimitBytes) throw malformed('signed note', `it must be at most ${noteLimitBytes} bytes`);
  let whole: string;
  try {
    whole = typeof source === 'string' ? source : utf8.decode(source);
  } catch {
    throw malformed('signed note', 'it must be valid UTF-8');
  }
  // eslint-disable-next-line no-control-regex -- the specification forbids exactly these.
  if (!whole.isWellFormed() || /[\u0000-\u0009\u000B-\u001F]/.test(whole)) {
    throw malformed('signed note', 'it must hold no control character but newlines');
  }
  const end = whole.lastIndexOf('\n\n');
  if (end < 0) throw malformed('signed note', 'an empty line must part the text from the signatures');
  return { text: whole.slice(0, end + 1), signatures: parseSignatureLines(whole.slice(end + 2)) };
}

/** Writes one signature line, with its newline. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  const id = Buffer.alloc(4);
  id.writeUInt32BE(keyId);
  return `\u2014 ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
}

/** Writes a note; the signatures are taken as they are. */
export function formatNote(note: SignedNote): string {
  return `${note.text}\n${note.signatures.map(formatSignature).join('')}`;
}
