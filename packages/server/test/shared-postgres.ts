import type { TestProject } from 'vitest/node';
import { migrated, startPostgres } from './stores.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Addresses of its maintenance database, and of a migrated database to copy. */
    postgres: { url: string; template: string };
  }
}

/** Starts the one PostgreSQL that every suite of a run shares, each with databases of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const template = await migrated(await server.createDatabase());
  project.provide('postgres', { url: server.url, template });
  return () => server.stop();
}
