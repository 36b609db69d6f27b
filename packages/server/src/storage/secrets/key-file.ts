import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { exposedKeyFile } from './errors.ts';
import { parseSecretKeys } from './keys.ts';
import type { SecretKeys } from './types.ts';

const explanation =
  '# The key that seals the secrets in the state store. Keep a copy apart from backups of the store.\n' +
  '# To rotate: put a new key (openssl rand -base64 32) on a line above the old one, restart, rotate,\n' +
  '# then take the old line away.\n';

/**
 * Reads the keys from a file, which is made with a random key and mode 0600 when it is absent. A file that
 * others may read is refused. `note` is what a new file says above its key. The new file is whole and on disk before it has its name, so a crash leaves
 * either no key or a good one, and of two processes that start together both read the same.
 */
export function openKeyFile(path: string, note: string = explanation): SecretKeys {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) createKeyFile(path, note);
  const mode = statSync(path).mode & 0o777;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw exposedKeyFile(path, mode);
  return parseSecretKeys(readFileSync(path, 'utf8'), path);
}

function createKeyFile(path: string, note: string): void {
  const directory = dirname(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeSync(file, `${note}${randomBytes(32).toString('base64')}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(draft, path);
    const parent = openSync(directory, 'r');
    try {
      fsyncSync(parent);
    } finally {
      closeSync(parent);
    }
  } catch (error) {
    // Another process was first; its key is as good.
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
