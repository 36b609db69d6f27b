import type { Kysely, Transaction } from 'kysely';

/**
 * State: the store of every fact that a decision depends on, over SQLite or PostgreSQL.
 *
 * One schema and one set of migrations serve both. Times are whole milliseconds since the epoch in
 * `bigint` columns, flags are 0 or 1 in `integer` columns, and structures are JSON in `text` columns.
 */
export type StateTables = Record<never, never>;

/** A handle for queries. A domain's store adds its own tables: `db.withTables<AlertingTables>()`. */
export type StateDb = Kysely<StateTables>;

/** A handle inside a transaction. */
export type StateTx = Transaction<StateTables>;

export interface State {
  readonly dialect: 'sqlite' | 'postgres';

  /** For reading only. On SQLite this is a connection beside the writer, so no reader waits for a writer. */
  readonly read: StateDb;

  /** For a write of one statement. Never use it inside a transaction: on SQLite it would wait for itself. */
  readonly write: StateDb;

  /** Runs `work` in one transaction: all of it is kept, or none. Durable when the promise resolves. */
  transaction<T>(work: (tx: StateTx) => Promise<T>): Promise<T>;

  /** Messages to every node that shares this store. */
  readonly broadcast: Broadcast;

  /** Resolves when the store answers; rejects with its error otherwise. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

/**
 * Tells other nodes that something happened. Delivery is at most once: a message sent while a node's
 * connection is down is not repeated, so receivers treat messages as hints and State as the truth.
 */
export interface Broadcast {
  /** Sends a text of at most 7,000 bytes to every subscriber of `topic`, this process included. */
  publish(topic: string, payload: string): Promise<void>;
  subscribe(topic: string, receive: (payload: string) => void): () => void;
}

/** Postgres and SQLite both accept `excluded`; this names the error both raise for a taken unique key. */
export function isUniqueViolation(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  return code === '23505' || /UNIQUE constraint failed/.test(error.message);
}
