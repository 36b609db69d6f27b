import { decodeHex, encodeUtf8, joinBytes, type Bytes } from '../bytes.ts';
import { verifyByWebCrypto, type SignatureKind, type SignatureVerdict } from './kind.ts';

/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410). */
const spkiPrefix = decodeHex('302a300506032b6570032100');

export async function verifyEd25519(
  publicKey: Bytes,
  message: string,
  signature: Bytes,
): Promise<SignatureVerdict> {
  if (signature.length !== 64) return 'wrong';
  const spki = joinBytes(spkiPrefix, publicKey);
  return verifyByWebCrypto('Ed25519', { spki, message: encodeUtf8(message), signature });
}

/** Ed25519 over the note's text, as logs sign (C2SP signed-note, type 0x01; RFC 8032). */
export const ed25519Signature: SignatureKind = {
  type: 0x01,
  publicKeyBytes: 32,
  verify: ({ publicKey, text, signature }) => verifyEd25519(publicKey, text, signature),
};
