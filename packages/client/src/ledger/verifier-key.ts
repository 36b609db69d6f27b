import { decodeBase64, encodeUtf8, joinBytes, type Bytes } from './bytes.ts';
import { sha256 } from './hashing.ts';
import { isKeyName, readKeyId, type SignedNote } from './note.ts';
import { notVerified, unreadable } from './problem.ts';
import { ed25519Cosignature } from './signatures/cosignature.ts';
import { ed25519Signature } from './signatures/ed25519.ts';
import type { SignatureKind } from './signatures/kind.ts';
import { mlDsa44Cosignature } from './signatures/ml-dsa-44.ts';

const kinds: ReadonlyMap<number, SignatureKind> = new Map(
  [ed25519Signature, ed25519Cosignature, mlDsa44Cosignature].map((kind) => [kind.type, kind]),
);

/** A public key that may stand behind a signature line. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: number;
  /** 1: log (Ed25519); 4 and 6: cosigner (Ed25519, ML-DSA-44). */
  readonly type: number;
  readonly publicKey: Bytes;
}

/** Parses `name+id+base64` (C2SP signed-note, verifier keys). Throws a `LedgerProblem` (`unreadable`). */
export async function parseVerifierKey(vkey: string): Promise<VerifierKey> {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey);
  const [name, id] = [match?.[1] ?? '', match?.[2] ?? ''];
  const material = decodeBase64(match?.[3] ?? '');
  if (material === undefined || !isKeyName(name)) throw unreadable('A key does not read name+id+key.');
  const [type] = material;
  const publicKey = material.slice(1);
  const kind = kinds.get(type ?? 0);
  if (kind === undefined || kind.publicKeyBytes !== publicKey.length) {
    throw unreadable(`The key of ${name} is of no known type.`);
  }
  const digest = await sha256(joinBytes(encodeUtf8(`${name}\n`), material));
  if (readKeyId(digest) !== Number.parseInt(id, 16)) {
    throw unreadable(`The id in the key of ${name} does not fit the key.`);
  }
  return { name, keyId: readKeyId(digest), type: kind.type, publicKey };
}

/** What a note says under one key. */
export interface SignedBy {
  readonly state: 'signed' | 'unsigned' | 'uncheckable';
  /** The signature that was found right, for the time that it carries. */
  readonly signature?: Bytes;
}

/**
 * Whether the key signed the note. Throws a `LedgerProblem` (`not_verified`) for a wrong signature of this
 * key: such a note is not to be trusted at all (C2SP signed-note).
 */
export async function signedBy(key: VerifierKey, note: SignedNote): Promise<SignedBy> {
  let found: SignedBy = { state: 'unsigned' };
  for (const { name, keyId, signature } of note.signatures) {
    if (name !== key.name || keyId !== key.keyId) continue;
    const kind = kinds.get(key.type) as SignatureKind;
    const claim = { publicKey: key.publicKey, name, text: note.text, signature };
    const verdict = await kind.verify(claim);
    if (verdict === 'wrong') throw notVerified(`The signature of ${name} on a checkpoint is wrong.`);
    if (verdict === 'right') found = { state: 'signed', signature };
    else if (found.state === 'unsigned') found = { state: 'uncheckable' };
  }
  return found;
}
