import { EventEmitter } from 'node:events';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State, StateTables } from './state.ts';

const channel = 'custos';
const int8 = 20;

/** Times and counts are 64-bit columns and fit a JavaScript number, so they are read as numbers. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

export interface PostgresOptions {
  readonly url: string;
  /** Connections at most (default 10). */
  readonly poolSize?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens State in a PostgreSQL database (13 or later), through a pool. */
export function openPostgres({ url, poolSize = 10, clock, log }: PostgresOptions): State {
  const pool = new pg.Pool({ connectionString: url, max: poolSize, types, application_name: 'custos' });
  pool.on('error', (error) => log.warn({ error: error.message }, 'an idle PostgreSQL connection was lost'));
  // A connection that the server ends while it is lent out would otherwise end this process: its event
  // finds no listener. The statement or transaction under way fails by itself, and its caller learns of it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<StateTables>({ dialect: new PostgresDialect({ pool }) });

  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const stop = new AbortController();
  const listening = listen();

  /** Keeps one connection on LISTEN, reconnecting for as long as the store is open. */
  async function listen(): Promise<void> {
    while (!stop.signal.aborted) {
      const client = new pg.Client({ connectionString: url, application_name: 'custos-listen' });
      try {
        await client.connect();
        await client.query(`listen ${channel}`);
        await new Promise<void>((resolve, reject) => {
          client.on('notification', ({ payload = '' }) => {
            const split = payload.indexOf('\n');
            emitter.emit(payload.slice(0, split), payload.slice(split + 1));
          });
          client.on('error', reject);
          client.on('end', () => resolve());
          stop.signal.addEventListener('abort', () => resolve());
          // Closed while it was connecting: the event is over.
          if (stop.signal.aborted) resolve();
        });
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the PostgreSQL notification connection was lost');
      }
      await client.end().catch(() => undefined);
      await clock.sleep(1000, stop.signal);
    }
  }

  return {
    dialect: 'postgres',
    read: db,
    write: db,
    transaction: (work) => db.transaction().execute(work),
    broadcast: {
      async publish(topic, payload) {
        await sql`select pg_notify(${channel}, ${`${topic}\n${payload}`})`.execute(db);
      },
      subscribe(topic, receive) {
        emitter.on(topic, receive);
        return () => emitter.off(topic, receive);
      },
    },
    async ping() {
      await sql`select 1`.execute(db);
    },
    async close() {
      stop.abort();
      await listening;
      await db.destroy();
    },
  };
}
