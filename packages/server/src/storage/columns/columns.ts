/**
 * Glossary
 *
 * - *columns*: the store of everything that is many and is only ever added: probe results, later metrics,
 *   logs and chain events. ClickHouse, either embedded in a child process or a server elsewhere.
 * - *engine*: whichever of the two answers.
 * - *spool*: files in which rows wait until the engine has acknowledged them.
 * - *segment*: one file of the spool, with an id of its own; a row is `(segment id, row number)` for ever.
 * - *block*: the rows of one insert.
 */

/** One row: column name to value, as `JSONEachRow` takes it. */
export type ColumnRow = Readonly<Record<string, unknown>>;

/** Where rows of one call stand in the spool: the first one's place, the others follow it. */
export interface SpoolPlace {
  /** 16 hexadecimal digits; the column `spool_id` of the rows. Empty when there were no rows. */
  readonly spoolId: string;
  /** The column `spool_row` of the first row. */
  readonly firstRow: number;
}

/** Rows as bytes, at most 64 MiB together. */
export interface ColumnLoad {
  readonly columns: readonly string[];
  /** Each a JSON array of values in the order of `columns`, ending in a line feed; parts may hold many. */
  readonly parts: readonly Uint8Array[];
}

/** Values for `{name:Type}` placeholders of a query. */
export type ColumnParameters = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Longest run time in the engine, in ms; the store's own limit when absent. */
  readonly timeoutMs?: number | undefined;
}

export type ColumnsState =
  /** Switched off by configuration: every call raises `columns_unavailable`. */
  | 'disabled'
  /** Never reached since the start of this process. */
  | 'starting'
  | 'up'
  | 'down';

export interface ColumnsStatus {
  readonly state: ColumnsState;
  readonly engine: 'embedded' | 'server';
  /** Wall clock of the last change of `state`, ms. */
  readonly since: number;
  /** Times that the embedded engine was started again, or the server reached again, after a loss. */
  readonly restarts: number;
  /** Why the engine was last lost or could not be reached; stays after recovery. */
  readonly lastError: string | undefined;
  /** Process id of the embedded engine while it runs. */
  readonly pid: number | undefined;
  readonly spool: SpoolStatus;
}

interface SpoolStatus {
  /** Bytes of rows that wait, over all tables, and the most that may. */
  readonly bytes: number;
  readonly limitBytes: number;
  /**
   * Age of the oldest row on disk that waits, over all tables, to a second; null when none waits. Rows that an earlier
   * process left count from the making of their file.
   */
  readonly oldestMs: number | null;
  /** Rows acknowledged by the engine since the start of this process. */
  readonly deliveredRows: number;
  /** Rows that the engine will never take, kept in `rejected.jsonl` of their table. */
  readonly rejectedRows: number;
  /** Why the last insert failed; `undefined` once an insert has succeeded again. */
  readonly lastError: string | undefined;
}

export interface Columns {
  /** Starts to bring the engine up and returns at once: this process works with the engine down. */
  start(): Promise<void>;

  /** Takes no more rows, gives the engine a moment to take those that wait, and stops it. Safe twice. */
  stop(): Promise<void>;

  /**
   * Runs one reading statement and returns its rows. 64-bit integers arrive as numbers: cast to String
   * what may exceed 2^53. Raises `columns_unavailable` (503), `query_too_heavy` (422) or
   * `columns_query_failed` (500).
   */
  query<Row>(sql: string, parameters?: ColumnParameters, options?: QueryOptions): Promise<Row[]>;

  /**
   * Runs one reading statement that ends in `FORMAT ...` and returns its result as it came, such as columns of
   * doubles in `Native`, whose NaNs keep their bits. Raises as `query` does.
   */
  queryBytes(sql: string, parameters?: ColumnParameters, options?: QueryOptions): Promise<Buffer>;

  /** Runs one statement that returns nothing. Raises as `query` does. */
  command(sql: string, parameters?: ColumnParameters): Promise<void>;

  /**
   * Hands rows over to a table; resolves when they are on disk in the spool, from where they reach the
   * engine once, whatever is killed on the way. They can be queried a second or two later.
   *
   * Raises `spool_full` (503) when the engine was away for so long that the spool reached its bound,
   * `spool_failed` (503) when the rows could not be written, such as on a full disk; nothing of the
   * call is then kept. Returns where the rows stand, which is their name for ever. A row may be text that
   * is its JSON already, without line feeds.
   */
  insert(table: string, rows: readonly ColumnRow[] | readonly string[]): Promise<SpoolPlace>;

  /**
   * Sends rows straight to the engine, past the spool: for what can be made again. Resolves when the engine
   * has them on disk. When it raises, some of the rows may be there, and on a server may still arrive: look
   * before sending them again. Raises as `query` does.
   */
  load(table: string, rows: ColumnLoad): Promise<void>;

  /** Resolves when every row that was handed over before the call is in the engine. */
  flush(signal?: AbortSignal): Promise<void>;

  status(): ColumnsStatus;

  /** Resolves when the engine answers and its tables are up to date; rejects when stopped before that. */
  ready(): Promise<void>;
}

export interface ColumnsLimits {
  /** Cap of the embedded engine's memory, bytes. */
  readonly memoryBytes: number;
  /** Threads that one query of the embedded engine may use. */
  readonly threads: number;
  /** Statements that the embedded engine runs at once. */
  readonly concurrentQueries: number;
  /** Most that the spool may hold on disk, bytes. */
  readonly spoolBytes: number;
  readonly blockRows: number;
  /** Longest that a row waits for others before its block is sent, ms. */
  readonly lingerMs: number;
  /** Time over which rows are gathered into one `fdatasync`, ms. */
  readonly syncDelayMs: number;
  /** Longest wait before a lost engine is started again, ms; the first waits are shorter. */
  readonly restartMaxMs: number;
}

export const defaultLimits: ColumnsLimits = {
  memoryBytes: 512 * 1024 * 1024,
  threads: 2,
  concurrentQueries: 4,
  spoolBytes: 1024 * 1024 * 1024,
  blockRows: 50_000,
  lingerMs: 1_000,
  syncDelayMs: 20,
  restartMaxMs: 30_000,
};
