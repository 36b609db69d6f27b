import { createHash, randomBytes } from 'node:crypto';

/** How many codes a person gets. */
const codes = 10;
/** Crockford's base 32: no letters that are mistaken for digits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const groups = 4;
const groupLength = 6;

/** One code of 120 bits, such as `4k7x9a-...`: beyond guessing, so a plain hash is enough to keep it. */
function makeCode(): string {
  const signs = Array.from(randomBytes(groups * groupLength), (byte) => alphabet.charAt(byte & 31));
  return Array.from({ length: groups }, (_, group) =>
    signs.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-');
}

/** Makes a set of recovery codes; each works once. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: codes }, makeCode);
}

/**
 * What State keeps of a code: SHA-256, which OWASP ASVS 5.0, 6.5.2 allows from 112 bits on. Hyphens, spaces
 * and capitals do not matter, and letters that look like digits are read as those.
 */
export function hashRecoveryCode(code: string): string {
  const plain = code
    .toLowerCase()
    .replaceAll(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replaceAll(/[il]/g, '1');
  return createHash('sha256').update(`recovery:${plain}`).digest('hex');
}
