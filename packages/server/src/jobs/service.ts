import type { Clock } from '../base/clock.ts';
import { conflict, invalidInput, messageOf, notFound } from '../base/errors.ts';
import { randomToken } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { State } from '../storage/state/state.ts';
import { keyTaken, notDead } from './errors.ts';
import { createLeases } from './leases/leases.ts';
import { createAnnouncer } from './queue/announcer.ts';
import { resolveJob } from './queue/enqueue.ts';
import { resolveKind, type DefinedKind } from './queue/kinds.ts';
import { createQueueStore } from './queue/store.ts';
import { createWorker } from './queue/worker.ts';
import { createRecordStore } from './records/store.ts';
import { resolveSchedule, type ResolvedSchedule } from './schedules/resolve.ts';
import { createScheduler } from './schedules/scheduler.ts';
import { createScheduleStore } from './schedules/store.ts';
import type { Jobs, OnMissed, Page, PageQuery, Timing } from './types.ts';

export interface JobsOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  /** The name by which people know this node; it is on every run. */
  readonly node: string;
  readonly onMissed?: OnMissed;
  /** How long a silent node keeps its jobs, in ms (default 30,000). All nodes must use the same. */
  readonly leaseMs?: number;
  /** How often to look for work that no message announced, in ms (default 1,000). */
  readonly pollMs?: number;
  /** How long a handler that was told to stop is waited for, in ms (default 2,000). */
  readonly graceMs?: number;
  /** How long runs stay on record, in ms (default 30 days). */
  readonly keepRunsMs?: number;
}

/**
 * Creates the durable queue, the schedules and the named leases of one node. Nothing runs before `start`;
 * `enqueue`, `leases` and the lists work at once.
 */
export function createJobs(options: JobsOptions): Jobs {
  const { state, clock, node, leaseMs = 30_000, pollMs = 1000, graceMs = 2000 } = options;
  const log = options.log.child({ part: 'jobs' });
  const holder = `${node}/${randomToken(9)}`;
  const kinds = new Map<string, DefinedKind>();
  const schedules = new Map<string, ResolvedSchedule>();

  const queue = createQueueStore({ state, clock, node, holder, leaseMs });
  const records = createRecordStore({ state, clock });
  const scheduleStore = createScheduleStore({ state, clock });
  const leases = createLeases({ state, clock, log, node, holder });
  const worker = createWorker({
    state,
    store: queue,
    clock,
    log,
    node,
    leaseMs,
    graceMs,
    pollMs,
    kinds,
    async beforeScheduled(kind) {
      const schedule = [...schedules.values()].find((each) => each.kind === kind);
      if (schedule !== undefined) await scheduleStore.recordUnstarted(schedule);
    },
  });
  const announcer = createAnnouncer({ broadcast: state.broadcast, clock, log });
  const scheduler = createScheduler({
    schedules,
    store: scheduleStore,
    clock,
    log,
    pollMs,
    onMissed: options.onMissed,
    onFired: () => announcer.announce('work'),
    onReplaced: () => announcer.announce('replaced'),
  });
  announcer.on('work', worker.wake);
  announcer.on('replaced', worker.heartbeat);

  const keepRunsMs = options.keepRunsMs ?? 30 * 86_400_000;
  addSchedule(
    resolveSchedule({
      name: 'jobs.prune-runs',
      everyMs: 3_600_000,
      toleranceMs: 86_400_000,
      async run({ signal }) {
        while (!signal.aborted && (await records.prune(clock.now() - keepRunsMs))) continue;
      },
    }),
  );

  function addSchedule(schedule: ResolvedSchedule): void {
    if (schedules.has(schedule.name)) throw conflict(`The schedule "${schedule.name}" is defined twice.`);
    schedules.set(schedule.name, schedule);
    kinds.set(schedule.kind, schedule);
    scheduler.wake();
  }

  return {
    define(definition) {
      const kind = resolveKind(definition);
      if (kind.kind.startsWith('schedule:')) {
        throw invalidInput([{ field: 'kind', message: '"schedule:" is kept for the jobs of schedules.' }]);
      }
      if (kinds.has(kind.kind)) throw conflict(`The job kind "${kind.kind}" is defined twice.`);
      kinds.set(kind.kind, kind);
      worker.wake();
    },
    schedule(schedule) {
      addSchedule(resolveSchedule(schedule));
    },
    async enqueue(target, wanted) {
      const job = resolveJob(wanted, kinds, clock.now());
      const enqueued = await queue.enqueue('broadcast' in target ? target.write : target, job);
      announcer.announce('work');
      return enqueued;
    },
    leases,
    runs: (query = {}) => page(query, records.runs),
    list: (query = {}) => page(query, records.jobs),
    deadLetters: (query = {}) => page({ ...query, status: 'dead' as const }, records.jobs),
    async replay(id) {
      const result = await records.replay(id);
      if (result === 'missing') throw notFound('job', id);
      if (result === 'not_dead') throw notDead(id);
      if (result === 'key_taken') throw keyTaken(id);
      log.info({ job: id }, 'a dead job was replayed');
      announcer.announce('work');
    },
    async isPayout(id) {
      const kind = await records.kindOf(id);
      return kind !== undefined && (kinds.get(kind)?.payout ?? true);
    },
    async discard(id) {
      const result = await records.discard(id);
      if (result === 'missing') throw notFound('job', id);
      if (result === 'not_dead') throw notDead(id);
      log.info({ job: id }, 'a dead job was discarded');
    },
    async schedules() {
      const rows = new Map((await scheduleStore.rows([...schedules.keys()])).map((row) => [row.name, row]));
      return [...schedules.values()].map(({ name, timing }) => {
        const row = rows.get(name);
        // A row with another timing waits for its new plan.
        const current = row !== undefined && sameTiming(row.timing, timing);
        return { name, timing, nextAt: current ? row.next_at : undefined };
      });
    },
    stats: () => records.stats(),
    async start() {
      announcer.start();
      worker.start();
      scheduler.start();
    },
    async stop(deadlineMs) {
      try {
        await Promise.all([scheduler.stop(), worker.stop(deadlineMs), leases.stop()]);
      } catch (error) {
        log.error({ error: messageOf(error) }, 'the jobs did not stop cleanly');
      }
      announcer.stop();
    },
  };
}

function sameTiming(stored: string, timing: Timing): boolean {
  return stored === JSON.stringify(timing);
}

const defaultLimit = 50;
const largestLimit = 200;

async function page<Query extends PageQuery, Item extends { readonly id: string }>(
  query: Query,
  read: (query: Query & { readonly limit: number }) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  const { limit = defaultLimit } = query;
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > largestLimit) {
    throw invalidInput([{ field: 'limit', message: `Must be a whole number from 1 to ${largestLimit}.` }]);
  }
  const rows = await read({ ...query, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, nextCursor: last.id } : { items };
}
