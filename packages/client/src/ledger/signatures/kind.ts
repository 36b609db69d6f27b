import type { Bytes } from '../bytes.ts';
import { subtleCrypto } from '../hashing.ts';

/** `uncheckable`: this browser does not know the algorithm, so nothing can be said. */
export type SignatureVerdict = 'right' | 'wrong' | 'uncheckable';

export interface SignatureClaim {
  readonly publicKey: Bytes;
  /** Name of the key, which some signatures cover. */
  readonly name: string;
  /** Text of the note. */
  readonly text: string;
  readonly signature: Bytes;
}

/** A kind of note signature: how its keys look and what it signs. */
export interface SignatureKind {
  /** Signature type byte of C2SP signed-note. */
  readonly type: number;
  readonly publicKeyBytes: number;
  verify(claim: SignatureClaim): Promise<SignatureVerdict>;
}

/** Checks a bare signature by WebCrypto, the key given as SubjectPublicKeyInfo. */
export async function verifyByWebCrypto(
  algorithm: string,
  { spki, message, signature }: { readonly spki: Bytes; readonly message: Bytes; readonly signature: Bytes },
): Promise<SignatureVerdict> {
  const subtle = subtleCrypto();
  try {
    const key = await subtle.importKey('spki', spki, algorithm, false, ['verify']);
    return (await subtle.verify(algorithm, key, signature, message)) ? 'right' : 'wrong';
  } catch (error) {
    return error instanceof Error && error.name === 'NotSupportedError' ? 'uncheckable' : 'wrong';
  }
}
