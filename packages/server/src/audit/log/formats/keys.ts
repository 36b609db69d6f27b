import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { malformed } from '../errors.ts';
import { decodeBase64, isKeyName, type NoteSignature, type SignedNote } from './signed-note.ts';
import { ed25519Cosignature, mlDsa44Cosignature } from './cosignature.ts';
import { ed25519Note } from './ed25519.ts';
import type { KeyKind } from './key-kind.ts';

/** The kinds of keys that are known, by the signature type byte of C2SP signed-note. */
const kinds: ReadonlyMap<number, KeyKind> = new Map(
  [ed25519Note, ed25519Cosignature, mlDsa44Cosignature].map((kind) => [kind.type, kind]),
);

/** A public key that may stand behind a signature line. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  /** Signature type byte: 1 log (Ed25519), 4 and 6 cosigner (Ed25519, ML-DSA-44). */
  readonly type: number;
  /** Raw public key. */
  readonly publicKey: Buffer;
  /** The key as text, `name+id+base64` (C2SP signed-note, verifier keys). */
  readonly vkey: string;
  verify(text: string, signature: Uint8Array): boolean;
}

/** A private key that signs notes. */
export interface NoteSigner {
  readonly verifier: NoteVerifier;
  /** Signs; `seconds` is the POSIX time, which cosignatures carry and plain signatures do not. */
  sign(text: string, seconds: number): NoteSignature;
}

/** Key id: first four bytes of SHA-256 of the name, a newline, the type byte and the public key. */
function keyIdOf(name: string, type: number, publicKey: Uint8Array): number {
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), publicKey]);
  return hash('sha256', input, 'buffer').readUInt32BE(0);
}

/** Makes a verifier from a raw public key. Raises `malformed_record` for an unknown type or length. */
function createVerifier(key: {
  readonly name: string;
  readonly type: number;
  readonly publicKey: Uint8Array;
}): NoteVerifier {
  const { name, type } = key;
  const kind = kinds.get(type);
  if (!isKeyName(name)) throw malformed('verifier key', 'its name must hold neither spaces nor a plus');
  if (kind === undefined) throw malformed('verifier key', 'its type must be 1 (Ed25519), 4 or 6 (cosigners)');
  if (key.publicKey.length !== kind.publicKeyBytes) {
    throw malformed('verifier key', `a key of type ${type} has ${kind.publicKeyBytes} bytes`);
  }
  const publicKey = Buffer.from(key.publicKey);
  const object = createPublicKey({
    key: Buffer.concat([kind.spkiPrefix, publicKey]),
    format: 'der',
    type: 'spki',
  });
  const keyId = keyIdOf(name, type, publicKey);
  const material = Buffer.concat([Buffer.from([type]), publicKey]).toString('base64');
  return {
    name,
    keyId,
    type,
    publicKey,
    vkey: `${name}+${keyId.toString(16).padStart(8, '0')}+${material}`,
    verify: (text, signature) => kind.verify({ key: object, name, text, signature: Buffer.from(signature) }),
  };
}

/** Parses a verifier key. Raises `malformed_record`, also when the id is not that of the key. */
export function parseVerifierKey(vkey: string): NoteVerifier {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey);
  const material = decodeBase64(match?.[3] ?? '');
  if (match === null || material === undefined || material.length < 2) {
    throw malformed(
      'verifier key',
      'it must read name+id+key with the id in hexadecimal and the key in base 64',
    );
  }
  const verifier = createVerifier({
    name: match[1] as string,
    type: material[0] as number,
    publicKey: material.subarray(1),
  });
  if (verifier.keyId !== Number.parseInt(match[2] as string, 16)) {
    throw malformed('verifier key', 'its id is not that of its name and key');
  }
  return verifier;
}

/**
 * Makes a signer. `type` is the signature type byte: 1 for a log's Ed25519 key, 4 for an Ed25519
 * cosigner, 6 for an ML-DSA-44 cosigner (which a log may use beside its Ed25519 key).
 */
export function createSigner(key: {
  readonly name: string;
  readonly type: number;
  readonly privateKey: KeyObject;
}): NoteSigner {
  const spki = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  const kind = kinds.get(key.type);
  const publicKey = spki.subarray(kind?.spkiPrefix.length ?? 0);
  if (kind === undefined || !spki.subarray(0, kind.spkiPrefix.length).equals(kind.spkiPrefix)) {
    throw malformed('signing key', 'its algorithm must be that of its type');
  }
  const verifier = createVerifier({ name: key.name, type: key.type, publicKey });
  return {
    verifier,
    sign: (text, seconds) => ({
      name: key.name,
      keyId: verifier.keyId,
      signature: kind.sign({ key: key.privateKey, name: key.name, text, seconds }),
    }),
  };
}

/**
 * The signatures of a note that known keys made and that are right. Signatures of unknown keys are
 * ignored; a wrong one of a known key makes the whole note untrusted, so nothing is returned.
 */
export function verifiedSignatures(
  note: SignedNote,
  verifiers: readonly NoteVerifier[],
): { readonly verifier: NoteVerifier; readonly signature: NoteSignature }[] {
  const right = [];
  for (const signature of note.signatures) {
    const verifier = verifiers.find(
      ({ name, keyId }) => name === signature.name && keyId === signature.keyId,
    );
    if (verifier === undefined) continue;
    if (!verifier.verify(note.text, signature.signature)) return [];
    right.push({ verifier, signature });
  }
  return right;
}
