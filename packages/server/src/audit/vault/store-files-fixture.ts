import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { sql } from 'kysely';
import { systemClock } from '../../base/clock.ts';
import type { State } from '../../storage/state/state.ts';

interface Place {
  readonly folder: string;
  /** Whether a file below it can hold something of this store. */
  readonly belongs: (name: string) => boolean;
}

/** A suite's database is younger than this: an older segment of the log has nothing of it. */
const walAgeMs = 10 * 60_000;

/** Where the store keeps its files, after everything it has in memory is written to them. */
async function placeOf(state: State): Promise<Place> {
  if (state.dialect === 'sqlite') {
    const { rows } = await sql<{
      file: string;
    }>`select file from pragma_database_list where name = 'main'`.execute(state.read);
    return { folder: dirname(rows[0]?.file ?? ''), belongs: () => true };
  }
  await sql`checkpoint`.execute(state.write);
  const { rows } = await sql<{ setting: string; oid: number }>`
    select setting, (select oid::int from pg_database where datname = current_database()) as oid
      from pg_settings where name = 'data_directory'`.execute(state.read);
  const { setting: folder = '', oid } = rows[0] ?? {};
  // The server is shared by every suite of a run, whose databases and old log may be gigabytes.
  const bases = `${join(folder, 'base')}${sep}`;
  const wal = `${join(folder, 'pg_wal')}${sep}`;
  return {
    folder,
    belongs: (name) => {
      if (name.startsWith(bases)) return name.startsWith(`${bases}${oid}${sep}`);
      return !name.startsWith(wal) || statSync(name).mtimeMs > systemClock.now() - walAgeMs;
    },
  };
}

/** For tests: every file that a store consists of, with its bytes. */
export async function storeFiles(
  state: State,
): Promise<readonly { readonly name: string; readonly bytes: Buffer }[]> {
  const { folder, belongs } = await placeOf(state);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .flatMap((entry) => {
      const name = join(entry.parentPath, entry.name);
      try {
        return belongs(name) ? [{ name, bytes: readFileSync(name) }] : [];
      } catch (error) {
        // A running database removes files of its own between the listing and the reading.
        if ((error as { code?: unknown }).code === 'ENOENT') return [];
        throw error;
      }
    });
}
