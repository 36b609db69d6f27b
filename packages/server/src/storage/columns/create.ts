import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { CustosError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { childEngine } from './child-engine.ts';
import { defaultLimits, type Columns, type ColumnsLimits } from './columns.ts';
import type { SchemaStep } from './ddl/ddl.ts';
import { schemaSteps } from './ddl/steps.ts';
import { createDelivery } from './delivery.ts';
import { disabledColumns } from './disabled.ts';
import { columnsUnavailable } from './errors.ts';
import { createLink } from './link.ts';
import { applySchema } from './schema.ts';
import { serverEngine } from './server-engine.ts';
import { openSpool, type Spool, type SpoolBudget } from './spool.ts';
import { createWriter, type Writer } from './writer.ts';

export interface ColumnsOptions {
  /** `embedded`, `off`, or `http(s)://user:password@host:port/database` of a ClickHouse server. */
  readonly url: string;
  /** A directory for columns alone: the embedded engine's data and the spool. */
  readonly dataDirectory: string;
  readonly limits?: Partial<ColumnsLimits>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Steps of the schema; those of this version when absent. */
  readonly steps?: readonly SchemaStep[];
  /** A program with arguments that runs the embedded engine, such as one that limits its resources. */
  readonly launcher?: readonly string[];
}

/** Longest that `stop` waits for the engine to take the rows that wait; they are safe in the spool anyway. */
const drainMs = 3_000;

interface Table {
  readonly spool: Spool;
  readonly writer: Writer;
}

/** Creates the columns store. Nothing is started, opened or written before `start`. */
export function createColumns(options: ColumnsOptions): Columns {
  const { url, dataDirectory, clock, steps = schemaSteps } = options;
  const log = options.log.child({ part: 'columns' });
  if (url === 'off') return disabledColumns(clock.now());

  const limits: ColumnsLimits = { ...defaultLimits, ...options.limits };
  const source =
    url === 'embedded'
      ? childEngine({
          ...limits,
          clock,
          directory: join(dataDirectory, 'engine'),
          launcher: options.launcher,
        })
      : serverEngine(url);
  const link = createLink({
    source,
    restartMaxMs: limits.restartMaxMs,
    clock,
    log,
    async prepare(connection) {
      const applied = await applySchema(connection, steps, clock);
      if (applied.length > 0) log.info({ applied }, 'columns schema brought up to date');
    },
  });
  const budget: SpoolBudget = { used: 0, limitBytes: limits.spoolBytes };
  const tables = new Map<string, Table>();
  let accepting = false;
  let stopped: Promise<void> | undefined;

  const openTable = async (table: string, repeatable: boolean): Promise<void> => {
    const directory = join(dataDirectory, 'spool', table);
    const spool = await openSpool({
      directory,
      budget,
      clock,
      log,
      syncDelayMs: limits.syncDelayMs,
      appended: () => tables.get(table)?.writer.wake(),
    });
    const delivery = createDelivery({ table, link, spool, repeatable });
    const rejectedPath = join(directory, 'rejected.jsonl');
    tables.set(table, {
      spool,
      writer: createWriter({ ...limits, spool, delivery, rejectedPath, clock, log: log.child({ table }) }),
    });
  };

  const flushTable = ({ spool, writer }: Table, signal?: AbortSignal): Promise<void> => {
    const target = spool.end();
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        if (signal?.aborted === true) reject(columnsUnavailable('rows still wait in the spool.'));
        else if (spool.passed(target)) resolve();
        else {
          writer.hurry();
          return;
        }
        forget();
        signal?.removeEventListener('abort', settle);
      };
      const forget = writer.onDelivered(settle);
      signal?.addEventListener('abort', settle);
      settle();
    });
  };

  const flush = async (signal?: AbortSignal): Promise<void> => {
    await Promise.all([...tables.values()].map((table) => flushTable(table, signal)));
  };

  const stop = async (): Promise<void> => {
    accepting = false;
    if (link.status().state === 'up') {
      const deadline = new AbortController();
      const expire = clock.sleep(drainMs, deadline.signal).then(() => deadline.abort());
      await flush(deadline.signal).catch(() => undefined);
      deadline.abort();
      await expire;
    }
    for (const { writer, spool } of tables.values()) {
      await writer.stop();
      await spool.close();
    }
    await link.stop();
  };

  return {
    async start() {
      for (const table of new Set(steps.flatMap((step) => step.spooled))) await openTable(table, false);
      for (const table of new Set(steps.flatMap((step) => step.repeatable ?? [])))
        await openTable(table, true);
      accepting = true;
      link.start();
      for (const { writer } of tables.values()) writer.start();
    },
    stop: () => (stopped ??= stop()),
    query: async (sql, parameters, queryOptions) => link.connection().query(sql, parameters, queryOptions),
    queryBytes: async (sql, parameters, queryOptions) =>
      link.connection().queryBytes(sql, parameters, queryOptions),
    command: async (sql, parameters) => link.connection().command(sql, parameters),
    async insert(table, rows) {
      if (!accepting) throw columnsUnavailable('it is not started, or stopping.');
      const target = tables.get(table);
      if (target === undefined)
        throw new Error(`No step of the columns schema names the table ${table} as spooled or repeatable.`);
      return target.spool.append(rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))));
    },
    async load(table, rows) {
      const connection = link.connection();
      try {
        await connection.load(table, rows);
      } catch (error) {
        if (error instanceof CustosError && error.code === 'columns_unavailable')
          link.suspect(connection, error);
        throw error;
      }
    },
    flush,
    status() {
      const writers = [...tables.values()].map(({ writer }) => writer.status());
      const total = (count: 'deliveredRows' | 'rejectedRows'): number =>
        writers.reduce((sum, status) => sum + status[count], 0);
      const oldest = Math.min(...[...tables.values()].map(({ spool }) => spool.oldestAt() ?? Infinity));
      return {
        ...link.status(),
        engine: link.kind,
        spool: {
          bytes: budget.used,
          limitBytes: budget.limitBytes,
          oldestMs: oldest === Infinity ? null : Math.max(0, clock.now() - oldest),
          deliveredRows: total('deliveredRows'),
          rejectedRows: total('rejectedRows'),
          lastError: writers.find((status) => status.lastError !== undefined)?.lastError,
        },
      };
    },
    async ready() {
      await link.whenUp();
    },
  };
}
