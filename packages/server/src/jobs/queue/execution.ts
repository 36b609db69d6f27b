import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import { leaseLost } from '../errors.ts';
import { retryAt } from '../retry.ts';
import type { JobContext } from '../types.ts';
import type { DefinedKind } from './kinds.ts';
import type { ClaimedJob, QueueStore, Settlement } from './store.ts';

/** Why a running handler was told to stop. */
export type StopReason = 'timed_out' | 'lost' | 'interrupted' | 'replaced';

export interface Execution {
  readonly job: ClaimedJob;
  /** Tells the handler to stop; the first reason counts. */
  stop(reason: StopReason): void;
  /** How it ended; `undefined` when the end is on record already or is no longer this node's to record. */
  readonly ended: Promise<Settlement | undefined>;
}

export interface ExecutionOptions {
  readonly state: State;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly node: string;
  readonly leaseMs: number;
  /** How long a handler that was told to stop is waited for, in ms. */
  readonly graceMs: number;
}

type End = { readonly error?: unknown };

/** Runs one attempt of a job. Never rejects. */
export function execute(job: ClaimedJob, kind: DefinedKind, options: ExecutionOptions): Execution {
  const { state, store, clock, node, leaseMs, graceMs } = options;
  const log = options.log.child({ job: job.id, kind: job.kind, attempt: job.attempt });
  const controller = new AbortController();
  const over = new AbortController();
  const began = clock.monotonic();
  let reason: StopReason | undefined;
  let finished = false;

  const settlement = (
    outcome: Settlement['outcome'],
    error: string | null,
    next: Settlement['next'],
  ): Settlement => ({
    job,
    outcome,
    error,
    next,
    finishedAt: clock.now(),
    durationMs: Math.round(clock.monotonic() - began),
  });
  const success = () => settlement('succeeded', null, { to: 'gone' });

  function stop(why: StopReason): void {
    if (reason !== undefined) return;
    reason = why;
    controller.abort(why === 'lost' ? leaseLost(`job ${job.id}`) : new Error(`The job was stopped: ${why}.`));
  }

  /** One transaction; a process that is paused inside it must not keep its row locked past the lease. */
  const transaction = <T>(work: (tx: StateTx) => Promise<T>): Promise<T> =>
    state.transaction(async (tx) => {
      if (state.dialect === 'postgres') {
        await sql`select set_config('idle_in_transaction_session_timeout', ${String(leaseMs)}, true)`.execute(
          tx,
        );
      }
      return work(tx);
    });

  const context: JobContext = {
    jobId: job.id,
    kind: job.kind,
    attempt: job.attempt,
    fence: job.fence,
    node,
    dueAt: job.due_at ?? undefined,
    signal: controller.signal,
    log,
    fenced: (work) =>
      transaction(async (tx) => {
        const result = await work(tx);
        // Last, so that the row is locked for a moment only and heartbeats are not held up.
        if (!(await store.holds(tx, job))) throw leaseLost(`job ${job.id}`);
        return result;
      }),
    async finish(work) {
      const result = await transaction(async (tx) => {
        const value = await work(tx);
        if (!(await store.settleWithin(tx, success()))) throw leaseLost(`job ${job.id}`);
        return value;
      });
      finished = true;
      return result;
    },
  };

  async function handle(): Promise<End> {
    try {
      await kind.run(JSON.parse(job.payload), context);
      return {};
    } catch (error) {
      return { error };
    }
  }

  /** Resolves some time after the handler was told to stop and did not. */
  const abandoned = new Promise<End>((resolve) => {
    controller.signal.addEventListener('abort', () => {
      void clock.sleep(graceMs, over.signal).then(() => resolve({ error: controller.signal.reason }));
    });
  });

  function judge(end: End): Settlement | undefined {
    if (finished || reason === 'lost') return undefined;
    if (!('error' in end)) return success();
    const error = describe(
      reason === 'timed_out' ? `No result within ${job.timeout_ms} ms.` : messageOf(end.error),
    );
    if (reason === 'replaced') return settlement('replaced', error, { to: 'gone' });
    if (reason === 'interrupted') {
      const attempt = job.attempt - 1;
      return settlement('interrupted', error, { to: 'pending', runAt: clock.now(), attempt });
    }
    const outcome = reason ?? 'failed';
    const { attempt, max_attempts: maxAttempts } = job;
    const runAt = retryAt({ attempt, maxAttempts, error: end.error, now: clock.now() }, kind.retry);
    log.warn({ error, outcome, retryAt: runAt }, 'a job failed');
    if (runAt !== undefined) return settlement(outcome, error, { to: 'pending', runAt, attempt });
    return settlement(outcome, error, { to: kind.schedule === undefined ? 'dead' : 'gone' });
  }

  void clock.sleep(job.timeout_ms, over.signal).then(() => {
    if (!over.signal.aborted) stop('timed_out');
  });
  const ended = Promise.race([handle(), abandoned]).then((end) => {
    over.abort();
    return judge(end);
  });
  return { job, stop, ended };
}

/** Text that any store accepts: without NUL, and of a length that a person reads. */
function describe(message: string): string {
  return message.replaceAll('\0', '').slice(0, 4000);
}
