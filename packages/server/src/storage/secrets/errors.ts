import { CustosError, invalidInput } from '../../base/errors.ts';

const howToGive = 'Set CUSTOS_SECRET_KEY to it, or put its file back into the data directory';

/** The text given as a key is not one. Never repeats the text. */
export function badKey(where: string, why: string): CustosError {
  return invalidInput(
    [
      {
        field: where,
        message: `${why} A key is 32 bytes as base64 (44 characters) or hex (64 characters), such as "openssl rand -base64 32" makes; several are separated by commas or lines, newest first.`,
      },
    ],
    'The key for stored secrets is not valid.',
  );
}

/** The key file can be read by others than its owner. */
export function exposedKeyFile(path: string, mode: number): CustosError {
  return new CustosError(
    'secret_key_exposed',
    `The key file ${path} is open to others (mode ${mode.toString(8)}). Make it private with "chmod 600 ${path}"; if somebody else may have read it, rotate the key.`,
    { status: 500 },
  );
}

/** None of the keys given is the one that the store's secrets were sealed with. */
export function wrongKey(needed: readonly string[], given: readonly string[]): CustosError {
  return new CustosError(
    'secret_key_wrong',
    `The secrets in the state store were sealed with the key ${needed.join(' and ')}; the key given is ${given.join(', ')}. ` +
      `${howToGive}. If the key is lost, the secrets are lost with it: start with an empty state store or restore a backup that has the key.`,
    { status: 500 },
  );
}

/** A sealed value does not open: it, its name or its key was changed. */
export function unreadable(name: string, cause?: unknown): CustosError {
  return new CustosError(
    'secret_unreadable',
    `The secret "${name}" cannot be opened: it was changed in the store, moved from another name, or sealed with another key. Enter it again.`,
    { status: 500, cause },
  );
}
