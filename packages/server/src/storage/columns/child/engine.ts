import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';
import { embeddedDatabase, engineConfiguration } from './configuration.ts';
import { lockEngineDirectory } from './lock.ts';
import { setStatement, type InsertTarget } from './statements.ts';

export interface EngineOptions {
  readonly directory: string;
  /** Cap of the whole engine; one query may use three quarters of it. */
  readonly memoryBytes: number;
  readonly threads: number;
}

export interface Statement {
  readonly settings: Readonly<Record<string, string>>;
  /** Values of `{name:Type}` placeholders, in ClickHouse's escaped text form. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly database: string;
  readonly work:
    | { readonly kind: 'query'; readonly sql: string; readonly format: string }
    | { readonly kind: 'insert'; readonly target: InsertTarget; readonly body: Buffer };
}

export interface StatementResult {
  readonly body: Uint8Array;
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly elapsedSeconds: number;
}

export interface Engine {
  run(statement: Statement): Promise<StatementResult>;
  close(): void;
}

/** ClickHouse's own `max_query_size` is 256 KiB. */
const statementBytes = 250_000;

/**
 * Opens the embedded engine on a directory that no other process may hold.
 *
 * Every statement gets a session of its own (about a millisecond): settings and parameters set for one
 * can then never reach another, and sessions run beside each other on the library's threads. The
 * library's own parameter binding is not used because it runs all bound queries one after the other.
 */
export function openEngine(options: EngineOptions): Engine {
  const release = lockEngineDirectory(options.directory);
  if (release === undefined) throw new Error(`${options.directory} is in use by another process.`);

  const configuration = join(options.directory, 'engine.xml');
  writeFileSync(configuration, engineConfiguration(options), { mode: 0o600 });
  const data = join(options.directory, 'data');
  const root = new Session(data, { connectionArgs: [`--config-file=${configuration}`] });
  root.query(`CREATE DATABASE IF NOT EXISTS ${embeddedDatabase} ENGINE = Atomic`);

  const defaults = {
    max_memory_usage: String(Math.floor((options.memoryBytes * 3) / 4)),
    max_threads: String(options.threads),
    max_insert_threads: '1',
    max_execution_time: '60',
    max_result_bytes: String(256 * 1024 * 1024),
  };

  return {
    async run({ settings, parameters, database, work }) {
      const session = new Session(data);
      try {
        const set = setStatement({ ...defaults, ...settings }, parameters);
        // The engine refuses a longer statement unless it was told so by one before.
        if (Buffer.byteLength(set) > statementBytes)
          await session.queryAsync(`SET max_query_size = ${4 * 2 ** 20}`);
        await session.queryAsync(set);
        if (database !== '') await session.queryAsync(`USE \`${database.replaceAll(/[`\\]/g, '\\$&')}\``);
        if (work.kind === 'query') {
          const result = await session.queryAsync(work.sql, { format: work.format });
          return {
            body: result.bytes(),
            readRows: result.rowsRead,
            readBytes: result.bytesRead,
            writtenRows: 0,
            elapsedSeconds: result.elapsed,
          };
        }
        const { table, columns, format } = work.target;
        const result = await session.insert({
          table,
          values: work.body,
          format,
          ...(columns === undefined ? {} : { columns }),
        });
        return {
          body: new Uint8Array(),
          readRows: result.rowsWritten,
          readBytes: result.bytesSent,
          writtenRows: result.rowsWritten,
          elapsedSeconds: result.elapsed,
        };
      } finally {
        session.close();
      }
    },
    close() {
      root.close();
      release();
    },
  };
}
