import { createHash, createSecretKey } from 'node:crypto';
import { badKey } from './errors.ts';
import type { SecretKey, SecretKeys } from './types.ts';

const keyBytes = 32;

/** Returns the 32 bytes that a text stands for: 64 hex digits, or base64 in either alphabet. */
function decode(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === keyBytes ? bytes : undefined;
}

function toKey(bytes: Buffer): SecretKey {
  const id = createHash('sha256').update('custos secret key id\0').update(bytes).digest('hex').slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

/**
 * Reads one or more keys, newest first, separated by commas, blanks or lines; lines that begin with `#`
 * are comments. Passphrases are not taken: a key that a person made up can be guessed. `where` names the
 * origin in errors, such as `CUSTOS_SECRET_KEY`. Raises `invalid_input`, never with the text itself.
 */
export function parseSecretKeys(text: string, where: string): SecretKeys {
  const words = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/[\s,]+/))
    .filter((word) => word !== '');
  const keys = words.map((word, index) => {
    const bytes = decode(word);
    if (bytes === undefined) throw badKey(where, `Key ${index + 1} of ${words.length} is not a key.`);
    if (new Set(bytes).size < 8) throw badKey(where, `Key ${index + 1} of ${words.length} is not random.`);
    return toKey(bytes);
  });
  const [newest, ...older] = keys;
  if (newest === undefined) throw badKey(where, 'It is empty.');
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw badKey(where, 'It names one key twice.');
  return [newest, ...older];
}
