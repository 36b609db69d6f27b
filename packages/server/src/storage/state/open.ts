import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { State } from './state.ts';

export interface StateOptions {
  /** `sqlite:PATH` or `postgres://...`. */
  readonly url: string;
  /** Connections to PostgreSQL at most. */
  readonly poolSize?: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Opens State and brings its schema up to date. */
export async function openState({ url, poolSize, clock, log }: StateOptions): Promise<State> {
  const state = url.startsWith('sqlite:')
    ? openSqlite(url.slice('sqlite:'.length))
    : openPostgres({ url, clock, log, ...(poolSize !== undefined && { poolSize }) });
  try {
    const applied = await migrate(state, migrations, clock);
    if (applied.length > 0) log.info({ applied }, 'state schema brought up to date');
    return state;
  } catch (error) {
    await state.close();
    throw error;
  }
}
