import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { SecretKey } from './types.ts';

/**
 * AES-256-GCM (NIST SP 800-38D): a random 96-bit nonce for each sealing, a 128-bit tag, and the name as
 * additional data, so that a sealed value opens under no other name. Random nonces are safe for up to
 * 2^32 sealings under one key (section 8.3), far more than there will be secrets.
 *
 * The form is `v1.` and, in base64url without padding, nonce, ciphertext and tag in one.
 */
const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

function additionalData(name: string): Buffer {
  return Buffer.from(`custos secret ${version}\0${name}`, 'utf8');
}

export function seal(key: SecretKey, name: string, value: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(additionalData(name));
  const sealed = Buffer.concat([nonce, cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${sealed.toString('base64url')}`;
}

/** Opens what {@link seal} made under the same key and name; throws on anything else. */
export function unseal(key: SecretKey, name: string, sealed: string): string {
  const [form, text = '', ...rest] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  if (form !== version || rest.length > 0 || bytes.length < nonceBytes + tagBytes)
    throw new Error('unknown form');
  const decipher = createDecipheriv('aes-256-gcm', key.key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(additionalData(name));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const value = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  return value.toString('utf8');
}
