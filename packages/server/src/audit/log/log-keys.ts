import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';

/** The private keys under which one origin signs. */
export interface LogKeys {
  readonly ed25519: KeyObject;
  /** Signs beside it, for verifiers that want a post-quantum signature. */
  readonly mlDsa44?: KeyObject;
}

/** PKCS #8 of a private key that is given as its seed of 32 bytes (RFC 8410, RFC 9881). */
const prefixes = {
  ed25519: '302e020100300506032b657004220420',
  mlDsa44: '3034020100300b060960864801650304031104228020',
} as const;

function fromSeed(kind: keyof typeof prefixes, seed: Uint8Array): KeyObject {
  const key = Buffer.concat([Buffer.from(prefixes[kind], 'hex'), seed]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/**
 * Keys for any origin from one secret of 32 bytes or more, by HKDF-SHA-256. Every origin has keys of its
 * own, because a trust policy may list a key only once (C2SP tlog-policy).
 */
export function deriveLogKeys(
  secret: Uint8Array,
  options: { readonly mlDsa44: boolean },
): (origin: string) => LogKeys {
  const seed = (origin: string, kind: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, '', `custos log key ${kind} ${origin}`, 32));
  return (origin) => ({
    ed25519: fromSeed('ed25519', seed(origin, 'ed25519')),
    ...(options.mlDsa44 ? { mlDsa44: fromSeed('mlDsa44', seed(origin, 'ml-dsa-44')) } : {}),
  });
}
