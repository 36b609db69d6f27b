import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CustosError, messageOf } from '../base/errors.ts';

/**
 * Makes sure that the data directory is there, is ours alone and can be written. Raises
 * `data_directory_unusable` with what stands in the way: a store that fails later says it less well.
 */
export function prepareDataDirectory(path: string): void {
  const proof = join(path, `write-test-${process.pid}`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    writeFileSync(proof, 'x'.repeat(4096), { mode: 0o600 });
    rmSync(proof);
  } catch (error) {
    // A full disk leaves an empty file behind; where none was made there is nothing to remove.
    if (existsSync(proof)) rmSync(proof);
    throw new CustosError(
      'data_directory_unusable',
      `The data directory ${path} cannot be used: ${messageOf(error)}. ` +
        'Give it to the user that runs Custos, make room on its disk, or name another one (dataDirectory).',
      { status: 500, cause: error },
    );
  }
}
