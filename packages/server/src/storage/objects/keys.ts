import { badKey } from './errors.ts';

/** S3 takes 1,024 bytes; Google Cloud Storage as many; Azure Blob as many characters. */
const maxKeyLength = 1024;
/** File systems take 255 bytes for one name; some are kept for the store's own marks. */
const maxPartLength = 200;
/** Azure Blob takes 254 parts; a directory tree is clumsy long before. */
const maxParts = 30;

/**
 * Checks a key against what every store can keep: parts of `A-Z a-z 0-9 . _ = @ + -` between single
 * slashes, none of them `.` or `..`, none ending in a dot (Azure, Windows). ASCII only, so the order of
 * keys is the same everywhere. Raises `invalid_input`.
 */
export function checkKey(key: string): void {
  if (key.length === 0 || key.length > maxKeyLength)
    throw badKey(key, `it must have 1 to ${maxKeyLength} characters`);
  const parts = key.split('/');
  if (parts.length > maxParts) throw badKey(key, `it may have ${maxParts} parts at most`);
  for (const part of parts) {
    if (part === '') throw badKey(key, 'it may not begin or end with a slash or have two in a row');
    if (part.length > maxPartLength) throw badKey(key, `a part may have ${maxPartLength} characters at most`);
    if (!/^[A-Za-z0-9._=@+-]+$/.test(part))
      throw badKey(key, 'a part may only have letters, digits and ._=@+-');
    if (part.endsWith('.')) throw badKey(key, 'a part may not end with a dot');
  }
}

/** True for text that `checkKey` takes. */
export function isKey(text: string): boolean {
  try {
    checkKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Checks the beginning of a key, which may stop anywhere. It is only compared, never made a path. */
export function checkPrefix(prefix: string): void {
  if (prefix.length > maxKeyLength || !/^[A-Za-z0-9._=@+/-]*$/.test(prefix)) {
    throw badKey(prefix, 'a prefix may only have letters, digits and ._=@+-/');
  }
}
