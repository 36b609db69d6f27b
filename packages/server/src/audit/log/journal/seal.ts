import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeBase64 } from '../formats/signed-note.ts';

/**
 * The sealing key of the journal. Each frame carries an HMAC under the key of its epoch; the key of the
 * next epoch is derived one way and the old one forgotten, as forward-secure sealing does: who steals the
 * present key cannot seal changed frames of earlier epochs. Who has the initial secret can check all.
 */
export const sealBytes = 32;

export interface SealingKey {
  readonly epoch: number;
  readonly key: Buffer;
}

export function newSealSecret(): Buffer {
  return randomBytes(sealBytes);
}

/** The key of epoch 0. */
export function firstKey(secret: Uint8Array): SealingKey {
  return { epoch: 0, key: createHmac('sha256', secret).update('custos ledger seal 0').digest() };
}

/** The key of the next epoch; nobody can go back. */
export function nextKey({ epoch, key }: SealingKey): SealingKey {
  return { epoch: epoch + 1, key: createHmac('sha256', key).update('custos ledger next').digest() };
}

/** The key of a later epoch; a fault in a file must not cost more than a second. */
const maxSteps = 500_000;

/** The key of `epoch`, from one of the same or an earlier epoch; `undefined` when it cannot be reached. */
export function keyOfEpoch(from: SealingKey, epoch: number): SealingKey | undefined {
  if (epoch < from.epoch || epoch - from.epoch > maxSteps) return undefined;
  let key = from;
  while (key.epoch < epoch) key = nextKey(key);
  return key;
}

export function sealOf(key: SealingKey, journalId: Buffer, bytes: Uint8Array): Buffer {
  return createHmac('sha256', key.key).update(journalId).update(bytes).digest();
}

export function isSealed(
  key: SealingKey,
  journalId: Buffer,
  parts: { readonly covered: Uint8Array; readonly mac: Uint8Array },
): boolean {
  return timingSafeEqual(sealOf(key, journalId, parts.covered), parts.mac);
}

/** Writes the initial secret as its file holds it. */
export function encodeSecret(secret: Uint8Array): Buffer {
  return Buffer.from(`${Buffer.from(secret).toString('base64')}\n`);
}

/** Reads the file of the initial secret; `undefined` when it is not one. */
export function decodeSecret(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1');
  const secret = text.endsWith('\n') ? decodeBase64(text.slice(0, -1)) : undefined;
  return secret?.length === 0 ? undefined : secret;
}

export function encodeKey({ epoch, key }: SealingKey): Buffer {
  return Buffer.from(`${JSON.stringify({ epoch, key: key.toString('base64') })}\n`);
}

/** Parses a key file; `undefined` when it is none. */
export function decodeKey(bytes: Buffer | undefined): SealingKey | undefined {
  const match = /^\{"epoch":(0|[1-9]\d{0,9}),"key":"([A-Za-z0-9+/]{43}=)"\}\n$/.exec(
    bytes?.toString('latin1') ?? '',
  );
  if (match === null) return undefined;
  return { epoch: Number(match[1]), key: Buffer.from(match[2] as string, 'base64') };
}
