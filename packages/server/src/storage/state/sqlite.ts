import { EventEmitter } from 'node:events';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely';
import type { State, StateTables } from './state.ts';

/** How long a statement waits for another process's write lock, in ms. */
const busyTimeoutMs = 10_000;
const cachedStatements = 500;

/** Node's SQLite in the shape that Kysely's dialect expects, with prepared statements kept. */
function adapt(database: DatabaseSync) {
  const statements = new Map<string, { readonly prepared: StatementSync; readonly reader: boolean }>();

  const statement = (text: string) => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    if (statements.size >= cachedStatements) statements.clear();
    const prepared = database.prepare(text);
    // Asked once: it makes an object of every column.
    const fresh = { prepared, reader: prepared.columns().length > 0 };
    statements.set(text, fresh);
    return fresh;
  };

  return {
    close: () => database.close(),
    prepare(text: string) {
      // A transaction that reads first and writes later would fail if another process wrote in between.
      const { prepared, reader } = statement(text === 'begin' ? 'begin immediate' : text);
      return {
        reader,
        all: (parameters: ReadonlyArray<unknown>) => prepared.all(...(parameters as SQLInputValue[])),
        run: (parameters: ReadonlyArray<unknown>) => {
          const { changes, lastInsertRowid } = prepared.run(...(parameters as SQLInputValue[]));
          return { changes, lastInsertRowid };
        },
        iterate: (parameters: ReadonlyArray<unknown>) =>
          prepared.iterate(...(parameters as SQLInputValue[])) as IterableIterator<unknown>,
      };
    },
  };
}

/**
 * The reading connection answers each query before it returns and has no transactions, so nobody has to wait
 * for a turn: a queue in front of it costs more than what a look-up does.
 */
class ReadAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class ReadDialect extends SqliteDialect {
  override createAdapter(): SqliteAdapter {
    return new ReadAdapter();
  }
}

/**
 * Opens State in one SQLite file: write-ahead log, `synchronous=FULL` (a commit is on disk when it
 * returns), foreign keys on, one writer and one reader connection. The file is 0600.
 */
export function openSqlite(path: string): State {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = !existsSync(path);
  const writer = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  if (fresh) chmodSync(path, 0o600);
  writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;');
  const reader = new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true });

  const write = new Kysely<StateTables>({ dialect: new SqliteDialect({ database: adapt(writer) }) });
  const read = new Kysely<StateTables>({ dialect: new ReadDialect({ database: adapt(reader) }) });
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);

  return {
    dialect: 'sqlite',
    read,
    write,
    transaction: (work) => write.transaction().execute(work),
    broadcast: {
      async publish(topic, payload) {
        emitter.emit(topic, payload);
      },
      subscribe(topic, receive) {
        emitter.on(topic, receive);
        return () => emitter.off(topic, receive);
      },
    },
    async ping() {
      await sql`select 1`.execute(read);
    },
    async close() {
      await read.destroy();
      await write.destroy();
    },
  };
}

/**
 * Takes the data directory for this process and returns the release. A second process is refused while
 * the first lives; a killed process leaves no stale lock, because the operating system ends it.
 */
export function lockDirectory(path: string): (() => void) | undefined {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const file = `${path}/lock.sqlite`;
  const fresh = !existsSync(file);
  const database = new DatabaseSync(file, { timeout: 0 });
  if (fresh) chmodSync(file, 0o600);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
  } catch {
    database.close();
    return undefined;
  }
  return () => database.close();
}
