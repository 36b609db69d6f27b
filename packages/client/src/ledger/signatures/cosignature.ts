import type { Bytes } from '../bytes.ts';
import { verifyEd25519 } from './ed25519.ts';
import type { SignatureKind } from './kind.ts';

/** Bytes of the POSIX time that a cosignature begins with. */
export const timestampBytes = 8;

/** The POSIX time of a cosignature; `undefined` when it is not one (C2SP tlog-cosignature: 63 bits). */
export function cosignatureSeconds(signature: Bytes): bigint | undefined {
  if (signature.length <= timestampBytes) return undefined;
  const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  return seconds < 2n ** 63n ? seconds : undefined;
}

/** Timestamped Ed25519, as witnesses sign (C2SP tlog-cosignature, type 0x04). */
export const ed25519Cosignature: SignatureKind = {
  type: 0x04,
  publicKeyBytes: 32,
  async verify({ publicKey, text, signature }) {
    const seconds = cosignatureSeconds(signature);
    if (seconds === undefined) return 'wrong';
    const message = `cosignature/v1\ntime ${seconds}\n${text}`;
    return verifyEd25519(publicKey, message, signature.slice(timestampBytes));
  },
};
