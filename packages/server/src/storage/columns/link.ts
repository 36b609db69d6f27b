import { backoffMs } from '../../base/duration.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, type CustosError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ColumnsState } from './columns.ts';
import { openConnection, type Connection } from './connection.ts';
import type { EngineRun, EngineSource } from './endpoint.ts';
import { columnsUnavailable } from './errors.ts';

export interface LinkOptions {
  readonly source: EngineSource;
  /** Work before the engine counts as up: the schema. */
  readonly prepare: (connection: Connection) => Promise<void>;
  /** Longest wait before a lost engine is started again, ms. */
  readonly restartMaxMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

interface LinkStatus {
  readonly state: ColumnsState;
  readonly since: number;
  readonly restarts: number;
  readonly lastError: string | undefined;
  readonly pid: number | undefined;
}

/** Keeps an engine up and hands out the connection to its present life. */
export interface Link {
  readonly kind: EngineSource['kind'];
  start(): void;
  stop(): Promise<void>;
  /** The connection, or raises `columns_unavailable`. */
  connection(): Connection;
  /** Waits for the engine; rejects when the signal aborts or the link is stopped. */
  whenUp(signal?: AbortSignal): Promise<Connection>;
  /**
   * Says that an answer was lost on this connection, so that nobody knows what the engine still does with
   * the request. An embedded engine is killed and started again, after which nothing of it can go on.
   */
  suspect(connection: Connection, error: unknown): void;
  unavailable(reason: string): CustosError;
  status(): LinkStatus;
}

const restartBaseMs = 250;
/** After a life of this length, the next loss begins with the shortest wait again. */
const stableAfterMs = 60_000;
const healthIntervalMs = 5_000;
const healthTimeoutMs = 5_000;
const healthFailures = 3;
const exitGraceMs = 200;

export function createLink({ source, prepare, restartMaxMs, clock, log }: LinkOptions): Link {
  const stopping = new AbortController();
  const waiters = new Set<() => void>();
  let loop: Promise<void> | undefined;
  let current: { readonly connection: Connection; readonly lose: (reason: string) => void } | undefined;
  let status: LinkStatus = {
    state: 'starting',
    since: clock.now(),
    restarts: 0,
    lastError: undefined,
    pid: undefined,
  };

  const change = (next: Partial<LinkStatus>): void => {
    const since = next.state !== undefined && next.state !== status.state ? clock.now() : status.since;
    status = { ...status, ...next, since };
    for (const wake of waiters) wake();
  };

  const unavailable = (reason: string): CustosError => columnsUnavailable(reason);

  /** Resolves with the reason when the engine stays silent; by itself never, or when aborted. */
  const watch = async (connection: Connection, signal: AbortSignal): Promise<string> => {
    let failures = 0;
    while (!signal.aborted) {
      await clock.sleep(healthIntervalMs, signal);
      if (signal.aborted) break;
      try {
        await connection.ping(healthTimeoutMs);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures >= healthFailures) return `The engine does not answer: ${messageOf(error)}`;
      }
    }
    return 'stopped';
  };

  /** Runs a started engine until it is lost, and returns the reason. */
  const serve = async (run: EngineRun, connection: Connection, over: AbortSignal): Promise<string> => {
    const stopped = new Promise<string>((resolve) => {
      const stop = (): void => resolve('stopped');
      stopping.signal.addEventListener('abort', stop, { once: true, signal: over });
      if (stopping.signal.aborted) stop();
    });
    const early = Promise.race([run.ended, stopped]);
    const lost = await Promise.race([prepare(connection).then(() => undefined), early]);
    if (lost !== undefined) return lost;

    const reason = await new Promise<string>((resolve) => {
      current = { connection, lose: resolve };
      change({ state: 'up' });
      log.info({ pid: run.pid, engine: source.kind, restarts: status.restarts }, 'columns store up');
      void early.then(resolve);
      void watch(connection, over).then(resolve);
    });
    current = undefined;
    // A lost answer is often the first sign of an engine's death, of which the exit then tells more.
    const told = await Promise.race([early, clock.sleep(exitGraceMs)]);
    return told ?? reason;
  };

  /** One life of the engine, from its start to its loss; returns how long it was up. */
  const live = async (): Promise<number> => {
    let run: EngineRun | undefined;
    let connection: Connection | undefined;
    const over = new AbortController();
    const startedAt = clock.monotonic();
    let reason: string;
    try {
      run = await source.start(stopping.signal);
      connection = openConnection(run.endpoint);
      change({ pid: run.pid });
      reason = await serve(run, connection, over.signal);
    } catch (error) {
      reason = messageOf(error);
    }
    over.abort();
    const livedMs = clock.monotonic() - startedAt;
    if (stopping.signal.aborted) {
      await run?.stop();
      change({ state: 'down', pid: undefined });
    } else {
      change({ state: 'down', pid: undefined, lastError: reason });
      await run?.kill();
    }
    await connection?.close().catch(() => undefined);
    return livedMs;
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const livedMs = await live();
      if (stopping.signal.aborted) return;
      failures = livedMs > stableAfterMs ? 1 : failures + 1;
      const waitMs = backoffMs(failures, { baseMs: restartBaseMs, maxMs: restartMaxMs });
      log.warn(
        { reason: status.lastError, engine: source.kind, waitMs },
        'columns store lost; it will be started again',
      );
      await clock.sleep(waitMs, stopping.signal);
      if (!stopping.signal.aborted) change({ restarts: status.restarts + 1 });
    }
  };

  return {
    kind: source.kind,
    start() {
      loop ??= run();
    },
    async stop() {
      stopping.abort();
      for (const wake of waiters) wake();
      await loop;
    },
    connection() {
      if (current !== undefined) return current.connection;
      throw unavailable(status.lastError ?? 'it is starting.');
    },
    whenUp(signal) {
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          if (signal?.aborted === true || stopping.signal.aborted) reject(unavailable('it is stopping.'));
          else if (current !== undefined) resolve(current.connection);
          else return;
          waiters.delete(settle);
          signal?.removeEventListener('abort', settle);
        };
        waiters.add(settle);
        signal?.addEventListener('abort', settle);
        settle();
      });
    },
    suspect(connection, error) {
      if (current?.connection === connection) current.lose(`An answer was lost: ${messageOf(error)}`);
    },
    unavailable,
    status: () => status,
  };
}
