import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SystemStatus } from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Jobs } from '../jobs/types.ts';
import type { Notify } from '../notify/service.ts';
import type { Columns } from '../storage/columns/columns.ts';
import type { State } from '../storage/state/state.ts';

export interface SystemParts {
  readonly state: State;
  readonly columns: Columns;
  readonly jobs: Jobs;
  readonly notify: Notify;
  readonly clock: Clock;
  readonly version: string;
  readonly node: string;
}

/**
 * What is wrong with columns: they are away, or they answer and take no rows (`refusal`), as on a full disk.
 */
export function columnsTrouble(columns: Pick<Columns, 'status'>): {
  readonly refusal: string | undefined;
  readonly reason: string | undefined;
} {
  const { state, lastError, spool } = columns.status();
  if (state === 'disabled') return { refusal: undefined, reason: undefined };
  if (state !== 'up') return { refusal: undefined, reason: lastError ?? `columns are ${state}` };
  return { refusal: spool.lastError, reason: spool.lastError };
}

/** Tells how Custos itself is: its stores, its process, what waits in its queues. */
export function createSystemStatus(parts: SystemParts) {
  const { state, columns, jobs, notify, clock, version, node } = parts;
  const startedAt = clock.now();
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  async function stateAnswer(): Promise<SystemStatus['state']> {
    try {
      await state.ping();
      return { dialect: state.dialect, ok: true, error: null };
    } catch (error) {
      return { dialect: state.dialect, ok: false, error: messageOf(error) };
    }
  }

  return {
    async get(): Promise<SystemStatus> {
      const memory = process.memoryUsage();
      const status = columns.status();
      const [answer, queue, outbox] = await Promise.all([
        stateAnswer(),
        jobs.stats(),
        notify.deliveries.backlog(),
      ]);
      const disabled = status.state === 'disabled';
      const { refusal } = columnsTrouble(columns);
      return {
        version,
        node,
        startedAt,
        state: answer,
        columns: {
          kind: disabled ? 'disabled' : status.engine,
          state: refusal === undefined ? status.state : 'refusing',
          restarts: status.restarts,
          lastError: refusal ?? status.lastError ?? null,
          spooledBytes: status.spool.bytes,
          memoryBytes: null,
        },
        process: {
          memoryBytes: memory.rss,
          heapBytes: memory.heapUsed,
          uptimeMs: process.uptime() * 1000,
          eventLoopDelayMs: Number.isNaN(delay.mean) ? 0 : delay.mean / 1e6,
        },
        jobs: { pending: queue.pending, running: queue.running, dead: queue.dead },
        outbox,
      };
    },
    stop: () => void delay.disable(),
  };
}
