import type { Clock } from '../../base/clock.ts';
import { invalidInput, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import { leaseLost } from '../errors.ts';
import { createWaker } from '../queue/waker.ts';
import type { HeldLease, Lease, LeaseOptions, Leases } from '../types.ts';
import { createLeaseStore, type Grant } from './store.ts';

export interface LeasesOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly node: string;
  /** Unique to this process and start. */
  readonly holder: string;
}

interface Gained {
  readonly grant: Grant;
  /** Monotonic time at which the lease was asked for, which is before it began. */
  readonly at: number;
}

const topic = 'leases';
const shortestTtlMs = 100;
const defaultTtlMs = 15_000;

/** Creates the named leases of one node. `stop` gives up all of them. */
export function createLeases(options: LeasesOptions): Leases & { stop(): Promise<void> } {
  const { state, clock, node } = options;
  const store = createLeaseStore(options);
  const held = new Set<HeldLease>();

  function hold(name: string, wanted: LeaseOptions): HeldLease {
    const { ttlMs = defaultTtlMs, signal } = wanted;
    if (!Number.isSafeInteger(ttlMs) || ttlMs < shortestTtlMs) {
      throw invalidInput([{ field: 'ttlMs', message: `Must be whole ms, from ${shortestTtlMs}.` }]);
    }
    const log = options.log.child({ lease: name, node });
    const waker = createWaker(clock);
    const unsubscribe = state.broadcast.subscribe(topic, (freed) => {
      if (freed === name) waker.wake();
    });
    let stopping = false;
    let current: AbortController | undefined;

    /** Asks for the lease until it is this node's; `undefined` when stopped before. */
    async function gain(): Promise<Gained | undefined> {
      while (!stopping) {
        const at = clock.monotonic();
        try {
          const grant = await store.take(name, ttlMs);
          if (grant !== undefined) return { grant, at };
        } catch (error) {
          log.warn({ error: messageOf(error) }, 'a lease could not be asked for');
        }
        // Not in step with the other nodes that wait for it.
        await waker.wait((ttlMs / 3) * (0.75 + Math.random() / 2));
      }
      return undefined;
    }

    /**
     * Extends the lease until it is lost or given up. It counts as lost when no extension succeeded for
     * its whole length, measured from before the last good request, so this node gives up before the
     * store lets another one in, even when the store does not answer at all.
     */
    async function keep({ grant, at: since }: Gained, controller: AbortController): Promise<void> {
      let renewedAt = since;
      const aborted = new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
      async function extend(): Promise<void> {
        const sentAt = clock.monotonic();
        try {
          if (await store.extend(grant, ttlMs)) renewedAt = sentAt;
          else controller.abort(leaseLost(name));
        } catch (error) {
          log.warn({ error: messageOf(error) }, 'a lease could not be extended');
        }
      }
      const expiry = new AbortController();
      const lapse = (async () => {
        while (!expiry.signal.aborted) {
          const leftMs = renewedAt + ttlMs - clock.monotonic();
          if (leftMs <= 0) return controller.abort(leaseLost(name));
          await clock.sleep(leftMs, expiry.signal);
        }
      })();
      while (!stopping && !controller.signal.aborted) {
        await waker.wait(ttlMs / 3);
        if (stopping || controller.signal.aborted) break;
        // A store that never answers must not keep this node from ending its work in time.
        await Promise.race([extend(), aborted]);
      }
      expiry.abort();
      await lapse;
    }

    /** Starts the work; false when it could not be started. */
    async function begin(grant: Grant, controller: AbortController): Promise<boolean> {
      const lease: Lease = {
        ...grant,
        signal: controller.signal,
        async fenced(tx) {
          if (!(await store.holds(tx, grant, ttlMs))) throw leaseLost(name);
        },
      };
      try {
        await wanted.onGained(lease);
        return true;
      } catch (error) {
        log.error({ error: messageOf(error) }, 'the work of a lease could not be started');
        return false;
      }
    }

    async function end(grant: Grant, controller: AbortController): Promise<void> {
      controller.abort(leaseLost(name));
      try {
        await wanted.onLost();
      } catch (error) {
        log.error({ error: messageOf(error) }, 'the work of a lease could not be ended');
      }
      current = undefined;
      try {
        await store.release(grant);
        await state.broadcast.publish(topic, name);
      } catch (error) {
        log.warn({ error: messageOf(error) }, 'a lease was not passed on; it ends by itself');
      }
    }

    async function run(): Promise<void> {
      while (!stopping) {
        const gained = await gain();
        if (gained === undefined) break;
        const controller = new AbortController();
        current = controller;
        // Some work stops itself when its signal aborts; all of it must be told when the time is up.
        controller.signal.addEventListener('abort', () => waker.wake());
        log.info({ fence: gained.grant.fence }, 'lease gained');
        const keeping = keep(gained, controller);
        const begun = await begin(gained.grant, controller);
        if (!begun) controller.abort(leaseLost(name));
        await keeping;
        await end(gained.grant, controller);
        log.info({ fence: gained.grant.fence }, 'lease ended');
        if (!stopping) await waker.wait(begun ? 1 : ttlMs / 3);
      }
      unsubscribe();
    }

    const running = run();
    const handle: HeldLease = {
      name,
      held: () => current?.signal.aborted === false,
      async stop() {
        stopping = true;
        waker.wake();
        await running;
        held.delete(handle);
      },
    };
    held.add(handle);
    if (signal?.aborted === true) void handle.stop();
    signal?.addEventListener('abort', () => void handle.stop());
    return handle;
  }

  return {
    hold,
    async stop() {
      await Promise.all([...held].map((lease) => lease.stop()));
    },
  };
}
