import { startPostgres } from '../../packages/server/test/stores.ts';
import { serveParent } from './child.ts';

/** The shop's PostgreSQL, in a process of its own so that it outlives a dead shop. Made anew at each start. */
export interface DatabaseReady {
  readonly url: string;
}

const server = await startPostgres();
serveParent<DatabaseReady>({ url: await server.createDatabase() }, () => server.stop());
