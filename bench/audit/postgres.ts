import pg from 'pg';
import { startPostgres } from '../../packages/server/test/stores.ts';
import { runCallers, type Round } from './rounds.ts';

/** As many as callers over HTTP. */
const connections = 64;

/** What a production server has, so that a commit is on disk when it is answered. */
const durable = [
  'fsync=on',
  'synchronous_commit=on',
  'wal_sync_method=fdatasync',
  'max_connections=100',
  'shared_buffers=512MB',
  'max_wal_size=4GB',
];

export interface PostgresBaseline {
  /** Commits of one row each, from 64 connections. */
  singleRows(ms: number): Promise<Round>;
  /** Commits of 100 rows each in one statement, from 64 connections; units are rows. */
  hundredRows(ms: number): Promise<Round>;
  stop(): Promise<void>;
}

/**
 * A real PostgreSQL with its own settings for durability (`fsync=on`, `synchronous_commit=on`,
 * `wal_sync_method=fdatasync`), and 64 connections of node-postgres with prepared statements.
 */
export async function startBaseline(body: (number: number) => Buffer): Promise<PostgresBaseline> {
  const server = await startPostgres(durable);
  const clients = Array.from({ length: connections }, () => new pg.Client({ connectionString: server.url }));
  await Promise.all(clients.map((client) => client.connect()));
  const [first] = clients;
  await first?.query(
    'create table event (seq bigserial primary key, at timestamptz default now(), body bytea)',
  );
  const free = [...clients];

  const commits = (ms: number, rows: number): Promise<Round> => {
    const values = Array.from({ length: rows }, (_, place) => `($${place + 1})`).join(',');
    const text = `insert into event (body) values ${values}`;
    return runCallers({ callers: connections, ms }, async (number) => {
      const client = free.pop();
      if (client === undefined) throw new Error('there is no free connection');
      const bodies = Array.from({ length: rows }, (_, place) => body(number * rows + place));
      await client.query({ name: `insert-${rows}`, text, values: bodies });
      free.push(client);
      return rows;
    });
  };

  return {
    singleRows: (ms) => commits(ms, 1),
    hundredRows: (ms) => commits(ms, 100),
    async stop() {
      await Promise.all(clients.map((client) => client.end()));
      await server.stop();
    },
  };
}
