import { sign, verify } from 'node:crypto';
import type { KeyKind } from './key-kind.ts';

/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410). */
export const ed25519SpkiPrefix: Buffer = Buffer.from('302a300506032b6570032100', 'hex');

/** Ed25519 over the note's text (C2SP signed-note, type 0x01; RFC 8032). */
export const ed25519Note: KeyKind = {
  type: 0x01,
  publicKeyBytes: 32,
  spkiPrefix: ed25519SpkiPrefix,
  sign: ({ key, text }) => sign(null, Buffer.from(text), key),
  verify: ({ key, text, signature }) =>
    signature.length === 64 && verify(null, Buffer.from(text), key, signature),
};
