import type { Outbound } from '../outbound/types.ts';
import type { State } from '../storage/state/state.ts';
import type { Board } from './board.ts';
import { openPostgres, postgresInstance, postgresKind } from './kinds/postgres.ts';
import { openRedis, redisKind } from './kinds/redis.ts';
import { openSecrets, type SecretStore } from './probe-secrets.ts';
import type { ProbeDefinition } from './types.ts';

type Row = Readonly<Record<string, unknown>>;

/** A database that is probed, with a way to read more of it than the probe does. */
export type ProbedDatabase =
  | {
      readonly kind: 'postgres';
      /** `host:port/database`. */
      readonly instance: string;
      /** Runs statements in one read-only transaction and gives the rows of each. */
      read(statements: readonly string[], signal: AbortSignal): Promise<readonly (readonly Row[])[]>;
    }
  | {
      readonly kind: 'redis';
      /** `host:port`. */
      readonly instance: string;
      /** The answer to INFO. */
      info(signal: AbortSignal): Promise<string>;
    };

export interface DatabaseReadingOptions {
  readonly state: State;
  readonly board: Board;
  readonly secrets: SecretStore;
  readonly outbound: Outbound;
  /** Whether this node is the one that checks: databases are read by one node, too. */
  readonly holds: () => boolean;
}

/** For connecting and for each statement, ms. */
const timeoutMs = 10_000;

/** Lists the databases of probes that are not paused; each once, however many probes look at it. */
export function createDatabaseReading(
  options: DatabaseReadingOptions,
): () => Promise<readonly ProbedDatabase[]> {
  const { state, board, secrets, outbound, holds } = options;

  async function databaseOf(definition: ProbeDefinition): Promise<ProbedDatabase> {
    const given = { ...definition.options, ...(await openSecrets(secrets, definition, state.read)) };
    const surroundings = (signal: AbortSignal) => ({
      outbound,
      timeoutMs,
      signal,
      purpose: `statistics of probe ${definition.id}`,
    });
    if (definition.kind === 'postgres') {
      const { url } = postgresKind.options.parse(given) as { url: string };
      return {
        kind: 'postgres',
        instance: postgresInstance(url),
        async read(statements, signal) {
          const client = await openPostgres(url, surroundings(signal));
          const abort = (): void => void client.end().catch(() => undefined);
          signal.addEventListener('abort', abort);
          try {
            await client.query('begin read only');
            const answers: (readonly Row[])[] = [];
            for (const statement of statements) answers.push((await client.query<Row>(statement)).rows);
            return answers;
          } finally {
            signal.removeEventListener('abort', abort);
            await client.end().catch(() => undefined);
          }
        },
      };
    }
    const parsed = redisKind.options.parse(given) as Parameters<typeof openRedis>[0];
    return {
      kind: 'redis',
      instance: `${parsed.host}:${parsed.port}`,
      async info(signal) {
        const { socket, client } = await openRedis(parsed, surroundings(signal));
        try {
          return String(await client.send('INFO'));
        } finally {
          socket.destroy();
        }
      },
    };
  }

  return async () => {
    if (!holds()) return [];
    const definitions = [...board.probes.values()]
      .map(({ definition }) => definition)
      .filter(({ kind, paused }) => !paused && (kind === 'postgres' || kind === 'redis'));
    const found = await Promise.allSettled(definitions.map(databaseOf));
    const databases = new Map<string, ProbedDatabase>();
    for (const one of found) {
      // A probe whose secret cannot be opened says so by itself.
      if (one.status === 'fulfilled') databases.set(`${one.value.kind} ${one.value.instance}`, one.value);
    }
    return [...databases.values()];
  };
}
