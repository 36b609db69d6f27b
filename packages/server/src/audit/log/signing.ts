import type { Clock } from '../../base/clock.ts';
import { formatCheckpoint } from './formats/checkpoint.ts';
import { createSigner, type NoteSigner } from './formats/keys.ts';
import { formatNote, formatSignature, parseNote, type NoteSignature } from './formats/signed-note.ts';
import type { LogKeys } from './log-keys.ts';
import type { LogState, Published } from './logs.ts';

/** The signers of an origin, the log's Ed25519 key first. */
export type SignersOf = (origin: string) => readonly NoteSigner[];

/** Makes the signers of each origin once. */
export function createSigners(keysOf: (origin: string) => LogKeys): SignersOf {
  const signers = new Map<string, readonly NoteSigner[]>();
  return (origin) => {
    const known = signers.get(origin);
    if (known !== undefined) return known;
    const { ed25519, mlDsa44 } = keysOf(origin);
    const made = [createSigner({ name: origin, type: 0x01, privateKey: ed25519 })];
    if (mlDsa44 !== undefined) made.push(createSigner({ name: origin, type: 0x06, privateKey: mlDsa44 }));
    signers.set(origin, made);
    return made;
  };
}

/** Signs the present head of a log. */
export function signHead(log: LogState, signersOf: SignersOf, clock: Clock): Published {
  const head = log.writer.head();
  const text = formatCheckpoint({ ...head, origin: log.origin });
  const seconds = Math.floor(clock.now() / 1000);
  const signatures = signersOf(log.origin).map((signer) => signer.sign(text, seconds));
  return { ...head, text, note: formatNote({ text, signatures }) };
}

/** The lines of signatures that the note does not carry yet. */
export function newSignatureLines(note: string, signatures: readonly NoteSignature[]): string[] {
  const present = new Set(parseNote(note).signatures.map(formatSignature));
  return signatures.map(formatSignature).filter((line) => !present.has(line));
}
