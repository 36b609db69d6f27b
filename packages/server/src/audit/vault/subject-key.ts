import { createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import { seal, unseal } from '../../storage/secrets/cipher.ts';
import type { SecretKey } from '../../storage/secrets/types.ts';
import type { Subject } from './types.ts';

/** One text for one subject, whatever characters its parts have. */
export function subjectText({ tenant, type, id }: Subject): string {
  return JSON.stringify([tenant, type, id]);
}

/**
 * A keyed hash (HMAC-SHA-256 under a key derived by HKDF, RFC 5869): the store can be searched by it, and
 * who has the store alone cannot find out by trying whom or what it stands for.
 */
export function keyedHash(key: SecretKey, purpose: 'subject' | 'batch'): (text: string) => string {
  const derived = hkdfSync('sha256', key.key, new Uint8Array(0), `custos audit ${purpose}`, 32);
  const hmacKey = createSecretKey(new Uint8Array(derived));
  return (text) => createHmac('sha256', hmacKey).update(text, 'utf8').digest('hex');
}

/** The key of a subject as it is stored: sealed by the installation key and bound to the subject's row. */
export interface SealedSubject {
  readonly id: string;
  readonly keyId: string;
  readonly sealedKey: string;
  readonly sealedSubject: string;
}

const keyName = (id: string): string => `audit-subject/${id}`;
const fieldName = (eventId: string, field: string): string => `audit-field/${eventId}/${field}`;

function fromBytes(id: string, bytes: Buffer): SecretKey {
  return { id, key: createSecretKey(bytes) };
}

/** Seals a key, and the subject's text under that key so that the row can be found again after a rotation. */
function sealedUnder(
  installation: SecretKey,
  id: string,
  key: { bytes: Buffer; subject: string },
): SealedSubject {
  return {
    id,
    keyId: installation.id,
    sealedKey: seal(installation, keyName(id), key.bytes.toString('base64')),
    sealedSubject: seal(fromBytes(id, key.bytes), keyName(id), key.subject),
  };
}

/** Makes a fresh key for a subject. */
export function newSubjectKey(installation: SecretKey, id: string, subject: Subject): SealedSubject {
  return sealedUnder(installation, id, { bytes: randomBytes(32), subject: subjectText(subject) });
}

/** The usable key of a stored subject; throws when the row was changed or the installation key is another. */
export function openSubjectKey(installation: SecretKey, stored: SealedSubject): SecretKey {
  return fromBytes(
    stored.id,
    Buffer.from(unseal(installation, keyName(stored.id), stored.sealedKey), 'base64'),
  );
}

/** The same key sealed by another installation key, and the text of its subject. */
export function resealed(
  stored: SealedSubject,
  keys: { readonly from: SecretKey; readonly to: SecretKey },
): { readonly row: SealedSubject; readonly subject: string } {
  const bytes = Buffer.from(unseal(keys.from, keyName(stored.id), stored.sealedKey), 'base64');
  const subject = unseal(fromBytes(stored.id, bytes), keyName(stored.id), stored.sealedSubject);
  return { row: sealedUnder(keys.to, stored.id, { bytes, subject }), subject };
}

/** Seals a disclosure under its subject's key, bound to its event and field. */
export function sealDisclosure(
  key: SecretKey,
  place: { readonly eventId: string; readonly field: string },
  disclosure: string,
): string {
  return seal(key, fieldName(place.eventId, place.field), disclosure);
}

export function unsealDisclosure(
  key: SecretKey,
  place: { readonly eventId: string; readonly field: string },
  sealed: string,
): string {
  return unseal(key, fieldName(place.eventId, place.field), sealed);
}
