import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { invalidInput } from '../../base/errors.ts';
import { openKeyFile } from '../../storage/secrets/key-file.ts';
import { parseSecretKeys } from '../../storage/secrets/keys.ts';
import type { SecretKeys } from '../../storage/secrets/types.ts';
import { deriveLogKeys, type LogKeys } from '../log/log-keys.ts';

const note =
  '# The secret of this audit log: its signatures and the key of its sealed fields follow from it.\n' +
  '# It never changes. Keep a copy elsewhere; without it the log cannot be continued.\n';

export interface LibraryKeys {
  keysOf(origin: string): LogKeys;
  readonly vaultKeys: SecretKeys;
}

/** The keys of an audit log, from the secret that is given or else the one in the directory. */
export function libraryKeys(
  directory: string,
  given: { readonly secret?: string | undefined; readonly vaultKeys?: string | undefined },
): LibraryKeys {
  const parsed =
    given.secret === undefined
      ? openKeyFile(join(directory, 'secret.key'), note)
      : parseSecretKeys(given.secret, 'secret');
  const [{ key }, ...others] = parsed;
  if (others.length > 0) {
    throw invalidInput([{ field: 'secret', message: 'must be one key; it is never exchanged' }]);
  }
  const secret = key.export();
  const derived = Buffer.from(hkdfSync('sha256', secret, '', 'custos library vault key', 32));
  return {
    keysOf: deriveLogKeys(secret, { mlDsa44: false }),
    vaultKeys: parseSecretKeys(given.vaultKeys ?? derived.toString('base64'), 'vaultKeys'),
  };
}
