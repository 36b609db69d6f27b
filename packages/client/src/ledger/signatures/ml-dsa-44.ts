import { decodeHex, encodeUtf8, joinBytes, type Bytes } from '../bytes.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { cosignatureSeconds, timestampBytes } from './cosignature.ts';
import { verifyByWebCrypto, type SignatureKind } from './kind.ts';

const signatureBytes = 2420;

/** SubjectPublicKeyInfo of an ML-DSA-44 key up to the key itself (RFC 9881). */
const spkiPrefix = decodeHex('30820532300b06096086480165030403110382052100');

const uint64 = (value: bigint): Bytes => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
};

/** A text of at most 255 bytes after its length. */
function counted(text: string): Bytes | undefined {
  const bytes = encodeUtf8(text);
  return bytes.length > 255 ? undefined : joinBytes(Uint8Array.of(bytes.length), bytes);
}

/**
 * ML-DSA-44 cosignature (C2SP tlog-cosignature, type 0x06; FIPS 204): covers the cosigner's name, the time,
 * the origin, the size and the root. Few browsers can check it yet; the others say `uncheckable`.
 */
export const mlDsa44Cosignature: SignatureKind = {
  type: 0x06,
  publicKeyBytes: 1312,
  async verify({ publicKey, name, text, signature }) {
    const seconds = cosignatureSeconds(signature);
    const { origin, size, root } = parseCheckpoint(text);
    const cosigner = counted(name);
    const log = counted(origin);
    if (seconds === undefined || cosigner === undefined || log === undefined) return 'wrong';
    if (signature.length !== timestampBytes + signatureBytes) return 'wrong';
    const label = encodeUtf8('subtree/v1\n\0');
    const range = [uint64(0n), uint64(BigInt(size))];
    const message = joinBytes(label, cosigner, uint64(seconds), log, ...range, root);
    const spki = joinBytes(spkiPrefix, publicKey);
    return verifyByWebCrypto('ML-DSA-44', { spki, message, signature: signature.slice(timestampBytes) });
  },
};
