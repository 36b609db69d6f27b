import type { KeyObject } from 'node:crypto';

export interface SigningInput {
  readonly key: KeyObject;
  /** Name of the key, which some signatures cover. */
  readonly name: string;
  readonly text: string;
  /** POSIX time. */
  readonly seconds: number;
}

export interface VerifyingInput {
  readonly key: KeyObject;
  readonly name: string;
  readonly text: string;
  readonly signature: Buffer;
}

/** A kind of note signature: what it signs and how its keys look. */
export interface KeyKind {
  /** Signature type byte of C2SP signed-note. */
  readonly type: number;
  readonly publicKeyBytes: number;
  /** What stands before the raw public key in its SubjectPublicKeyInfo. */
  readonly spkiPrefix: Buffer;
  sign(input: SigningInput): Buffer;
  verify(input: VerifyingInput): boolean;
}
