import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import type { State } from '../../storage/state/state.ts';

/** Where the store keeps its files, after everything it has in memory is written to them. */
async function folderOf(state: State): Promise<string> {
  if (state.dialect === 'sqlite') {
    const { rows } = await sql<{
      file: string;
    }>`select file from pragma_database_list where name = 'main'`.execute(state.read);
    return dirname(rows[0]?.file ?? '');
  }
  await sql`checkpoint`.execute(state.write);
  const { rows } = await sql<{ setting: string }>`
    select setting from pg_settings where name = 'data_directory'`.execute(state.read);
  return rows[0]?.setting ?? '';
}

/** For tests: every file that a store consists of, with its bytes. */
export async function storeFiles(
  state: State,
): Promise<readonly { readonly name: string; readonly bytes: Buffer }[]> {
  const entries = readdirSync(await folderOf(state), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const name = join(entry.parentPath, entry.name);
      try {
        return [{ name, bytes: readFileSync(name) }];
      } catch (error) {
        // A running database removes files of its own between the listing and the reading.
        if ((error as { code?: unknown }).code === 'ENOENT') return [];
        throw error;
      }
    });
}
