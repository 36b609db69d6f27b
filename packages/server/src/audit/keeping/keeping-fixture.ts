import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the ledger's files, without those that come and go. */
export function usedBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(mark|spare)$|sqlite|lock/.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
