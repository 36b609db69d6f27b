import { messageOf } from '../../base/errors.ts';
import { execute, type Execution, type ExecutionOptions } from './execution.ts';
import type { DefinedKind } from './kinds.ts';
import { createSettler } from './settler.ts';
import type { ClaimedJob } from './store.ts';
import { createWaker, type Waker } from './waker.ts';

/** How many jobs of one kind are claimed in one transaction. */
const largestClaim = 100;

export interface WorkerOptions extends ExecutionOptions {
  readonly kinds: ReadonlyMap<string, DefinedKind>;
  /** How often to look for work that no nudge announced, in ms. */
  readonly pollMs: number;
  /** Called before a scheduled job is claimed: from then on it no longer looks unstarted. */
  readonly beforeScheduled: (kind: string) => Promise<void>;
}

export interface Worker {
  /** Looks for work now. */
  wake(): void;
  /** Extends leases now, which is also how a replaced job is found and stopped. */
  heartbeat(): void;
  start(): void;
  stop(deadlineMs: number): Promise<void>;
}

interface InFlight {
  readonly execution: Execution;
  /** Monotonic time at which the lease was last known to begin. */
  renewedAt: number;
}

/** Claims jobs, runs them, keeps their leases alive and takes over those of holders that fell silent. */
export function createWorker(options: WorkerOptions): Worker {
  const { store, clock, log, kinds, leaseMs, pollMs } = options;
  const settler = createSettler({ store, clock, log, giveUpAfterMs: leaseMs });
  const claiming = createWaker(clock);
  const beating = createWaker(clock);
  const watching = createWaker(clock);
  const inFlight = new Map<string, InFlight>();
  const running = new Map<string, number>();
  const finishing = new Set<Promise<void>>();
  const loops: Promise<void>[] = [];
  let stopping = false;
  let stopped = false;

  const freeSlots = ({ kind, concurrency }: DefinedKind): number => concurrency - (running.get(kind) ?? 0);

  function begin(job: ClaimedJob, claimedAt: number): void {
    const kind = kinds.get(job.kind);
    if (kind === undefined) return;
    const key = `${job.id}/${job.fence}`;
    running.set(kind.kind, (running.get(kind.kind) ?? 0) + 1);
    const execution = execute(job, kind, options);
    inFlight.set(key, { execution, renewedAt: claimedAt });
    const end = finish(execution).finally(() => {
      inFlight.delete(key);
      running.set(kind.kind, (running.get(kind.kind) ?? 1) - 1);
      finishing.delete(end);
      claiming.wake();
    });
    finishing.add(end);
  }

  async function finish(execution: Execution): Promise<void> {
    const settlement = await execution.ended;
    if (settlement === undefined || (await settler.settle(settlement))) return;
    log.warn({ job: execution.job.id }, 'a job ended after its lease was lost; its end was not recorded');
  }

  /** One look for work; returns how long to wait before the next, in ms. */
  async function claim(): Promise<number> {
    const open = [...kinds.values()].filter((kind) => freeSlots(kind) > 0);
    const due = await store.due(open.map(({ kind }) => kind));
    if (due.kinds.length > 0) {
      const ready = new Set(due.kinds);
      for (const { kind, schedule } of open) {
        if (schedule !== undefined && ready.has(kind)) await options.beforeScheduled(kind);
      }
      const claimedAt = clock.monotonic();
      const jobs = await store.claim(
        open
          .filter(({ kind }) => ready.has(kind))
          .map((kind) => ({
            kind: kind.kind,
            limit: Math.min(freeSlots(kind), largestClaim),
            scheduled: kind.schedule !== undefined,
          })),
      );
      for (const job of jobs) begin(job, claimedAt);
      if (jobs.length > 0) return 0;
    }
    return Math.max(1, Math.min(pollMs, (due.nextAt ?? Infinity) - clock.now()));
  }

  /** Extends the leases held, and stops what has passed to another holder or is to be replaced. */
  async function renew(): Promise<void> {
    const sentAt = clock.monotonic();
    const entries = [...inFlight.values()];
    const ids = [...new Set(entries.map(({ execution }) => execution.job.id))];
    const mine = new Map((await store.heartbeat(ids)).map((beat) => [`${beat.id}/${beat.fence}`, beat]));
    for (const entry of entries) {
      const { job } = entry.execution;
      const beat = mine.get(`${job.id}/${job.fence}`);
      if (beat === undefined) entry.execution.stop('lost');
      else entry.renewedAt = sentAt;
      if (beat?.cancelled === true) entry.execution.stop('replaced');
    }
  }

  async function beat(): Promise<number> {
    // Own leases first: after a jump of the clock they look as old as those of a dead node.
    if (inFlight.size > 0) await renew();
    const lost = await store.reap();
    if (lost.length > 0) {
      log.warn({ jobs: lost.map(({ id }) => id) }, 'jobs were taken from holders that fell silent');
      claiming.wake();
    }
    return leaseMs / 3;
  }

  /** Stops what could not be extended in time, even while the store does not answer at all. */
  async function watch(): Promise<number> {
    for (const { execution, renewedAt } of inFlight.values()) {
      if (clock.monotonic() - renewedAt > leaseMs) execution.stop('lost');
    }
    return leaseMs / 3;
  }

  async function repeat(step: () => Promise<number>, waker: Waker): Promise<void> {
    while (!(waker === claiming ? stopping : stopped)) {
      let waitMs = pollMs;
      try {
        waitMs = await step();
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'the job queue could not be read');
      }
      if (waitMs > 0) await waker.wait(waitMs);
    }
  }

  return {
    wake: () => claiming.wake(),
    heartbeat: () => beating.wake(),
    start() {
      loops.push(repeat(claim, claiming), repeat(beat, beating), repeat(watch, watching));
    },
    async stop(deadlineMs) {
      if (stopping) {
        await Promise.all(loops);
        return;
      }
      stopping = true;
      claiming.wake();
      await loops[0];
      const drained = new AbortController();
      const all = Promise.all(finishing).then(() => drained.abort());
      await clock.sleep(deadlineMs, drained.signal);
      for (const { execution } of inFlight.values()) execution.stop('interrupted');
      await all;
      stopped = true;
      beating.wake();
      watching.wake();
      await Promise.all(loops);
    },
  };
}
