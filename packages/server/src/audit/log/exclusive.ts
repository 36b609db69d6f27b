import { CustosError } from '../../base/errors.ts';
import { lockDirectory } from '../../storage/state/sqlite.ts';

/**
 * Opens something in a directory that one process may use at a time. `open` gets the release, to be called
 * when what it opened is closed; a failed opening releases by itself. Raises `data_directory_in_use`.
 */
export async function openExclusively<Opened>(
  directory: string,
  what: string,
  open: (release: () => void) => Promise<Opened>,
): Promise<Opened> {
  const release = lockDirectory(directory);
  if (release === undefined) {
    throw new CustosError('data_directory_in_use', `Another process uses the ${what} in ${directory}.`, {
      status: 500,
    });
  }
  try {
    return await open(release);
  } catch (error) {
    release();
    throw error;
  }
}
