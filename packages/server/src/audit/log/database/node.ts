import type { Clock } from '../../../base/clock.ts';
import { CustosError, messageOf, unavailable } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import type { State } from '../../../storage/state/state.ts';
import { ledgerClosed, ledgerFailed } from '../errors.ts';
import type { Figures } from '../figures.ts';
import { askOutside, findConflict } from '../head-guard.ts';
import type { SignersOf } from '../signing.ts';
import type { Follower } from './follower.ts';
import type { FrameWriter, Outcome } from './frames.ts';
import { publishHeads } from './publish.ts';
import {
  framesTopic,
  pendingTopic,
  publishTopic,
  type DatabaseLedgerOptions,
  type SequencerLease,
} from './types.ts';

const leaseName = 'audit-sequencer';
const publishWaitMs = 10_000;
const lookAgainMs = 10;

/** Runs work that touches this node's tiles, one piece at a time and in order. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let busy: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = busy.then(work, work);
    busy = turn.catch(() => undefined);
    return turn;
  };
}

/** True for an error that says that the ledger itself is not what it was; the database's come and go. */
function isConflict(error: unknown): boolean {
  return (
    error instanceof CustosError && ['ledger_behind', 'ledger_forked', 'ledger_damaged'].includes(error.code)
  );
}

/** What one node does all the time: it follows, and while it holds the lease it gives indexes and signs. */
export interface LedgerNode {
  /** Runs work that touches this node's tiles, after what is under way. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  leading(): boolean;
  /** Makes the sequencer, wherever it is, look into the intake now. */
  callSequencer(): void;
  /** Makes every node look for frames and heads now. */
  callFollowers(): void;
  /** Makes every log that grew public, here or by asking the sequencer. */
  publish(): Promise<void>;
  /** True as soon as `is` holds, false after so long. */
  until(waitMs: number, is: () => Promise<boolean>): Promise<boolean>;
  /** Raises when nothing is accepted any more. */
  ready(): void;
  /** Takes note of an error: the ledger's own conflicts stop this node, the rest is tried again. */
  note(error: unknown): void;
  stop(reason: Error): void;
  status(): { readonly fault: string | null; readonly trouble: string | null; readonly isClosed: boolean };
  close(): Promise<void>;
}

export function startNode(parts: {
  readonly options: DatabaseLedgerOptions;
  readonly follower: Follower;
  readonly writer: FrameWriter;
  readonly signersOf: SignersOf;
  readonly figures: Figures;
  onUnconfirmed(log: string, error: unknown): void;
}): LedgerNode {
  const { options, follower, writer, signersOf, figures } = parts;
  const { state, clock, outside }: { state: State; clock: Clock; outside?: typeof options.outside } = options;
  const log: Logger = options.log.child({ part: 'ledger' });
  const { logs } = follower;
  const pollMs = options.pollMs ?? 200;
  const stopped = new AbortController();
  const inTurn = createTurns();
  let alarm = new AbortController();
  let woken = false;
  let lease: SequencerLease | undefined;
  let fault: Error | null = null;
  let trouble: string | null = null;
  let holding: { stop(): Promise<void> } | undefined;

  const wake = (): void => {
    woken = true;
    alarm.abort();
  };
  const tell = (topic: string): void => {
    state.broadcast.publish(topic, '').catch(() => undefined);
  };

  /** Ends this node's part; whoever holds the lease next compares what it has with what is known outside. */
  const stop = (reason: Error): void => {
    fault ??= reason;
    lease = undefined;
    holding?.stop().catch(() => undefined);
  };

  /** What went wrong in a turn: the ledger's own conflicts stop it, the rest is tried again. */
  const note = (error: unknown): void => {
    if (isConflict(error)) stop(error as Error);
    else if (error instanceof CustosError && error.code === 'lease_lost') lease = undefined;
    else if (trouble !== messageOf(error)) {
      log.warn({ error: messageOf(error) }, 'the ledger in the database could not be reached');
      trouble = messageOf(error);
    }
  };

  /** Works for the ledger as long as this node holds the lease; afterwards the state is followed. */
  const lead = async (work: (held: SequencerLease) => Promise<Outcome>): Promise<Outcome> => {
    const held = lease;
    if (held === undefined || fault !== null) return 'empty';
    try {
      const outcome = await work(held);
      if (outcome === 'stale') await follower.follow();
      return outcome;
    } catch (error) {
      note(error);
      // It may have been committed all the same.
      await follower.follow();
      return 'stale';
    }
  };

  const turn = async (): Promise<void> => {
    if (lease === undefined) return follower.follow();
    const outcome = await lead(writer.sequence);
    if (outcome === 'written') tell(framesTopic);
    if (outcome !== 'empty') wake();
    // Heads may have got cosignatures from another node.
    else if (!woken) await follower.follow();
  };

  const publishHere = async (): Promise<void> => {
    const outcome = await lead((held) => publishHeads({ state, clock, follower, signersOf }, held));
    if (outcome === 'written') tell(framesTopic);
  };

  const ready = (): void => {
    if (stopped.signal.aborted) throw ledgerClosed();
    if (fault !== null) throw ledgerFailed(fault);
  };

  /** True until `is` holds; looks again and again, for so long. */
  const until = async (waitMs: number, is: () => Promise<boolean> | boolean): Promise<boolean> => {
    const end = clock.monotonic() + waitMs;
    for (;;) {
      ready();
      if (await is()) return true;
      if (clock.monotonic() >= end) return false;
      await clock.sleep(lookAgainMs, stopped.signal);
    }
  };

  const publish = async (): Promise<void> => {
    ready();
    const wanted = logs.all().map((of) => ({ of, size: of.writer.size() }));
    const isPublic = (): boolean =>
      wanted.every(({ of, size }) => of.published !== null && of.published.size >= size);
    let isAsked = false;
    const isDone = await until(publishWaitMs, async () => {
      if (lease !== undefined) await inTurn(publishHere);
      else if (!isAsked) tell(publishTopic);
      isAsked = true;
      if (!isPublic()) await inTurn(follower.follow);
      return isPublic();
    });
    if (!isDone) {
      throw unavailable('no_sequencer', 'No node signs checkpoints at the moment; try again shortly.');
    }
  };

  const repeat = async (everyMs: number, work: () => Promise<void>): Promise<void> => {
    while (everyMs > 0 && !stopped.signal.aborted) {
      await clock.sleep(everyMs, stopped.signal);
      if (!stopped.signal.aborted && fault === null) await work().catch(note);
    }
  };
  const work = async (): Promise<void> => {
    while (!stopped.signal.aborted && fault === null) {
      alarm = new AbortController();
      if (!woken) await clock.sleep(pollMs, alarm.signal);
      woken = false;
      if (stopped.signal.aborted) return;
      try {
        await inTurn(turn);
        trouble = null;
      } catch (error) {
        note(error);
        await clock.sleep(pollMs, stopped.signal);
      }
    }
  };
  const checkpointMs = options.checkpointMs ?? 1000;
  const loops = [
    work(),
    repeat(checkpointMs, () => {
      figures.sample();
      return inTurn(publishHere);
    }),
    repeat(checkpointMs === 0 ? 0 : (options.syncMs ?? 60_000), () => inTurn(() => follower.sync(Infinity))),
  ];
  const unsubscribe = [
    state.broadcast.subscribe(pendingTopic, () => lease !== undefined && wake()),
    state.broadcast.subscribe(framesTopic, () => lease === undefined && wake()),
    state.broadcast.subscribe(publishTopic, () => {
      if (lease !== undefined) inTurn(publishHere).catch(note);
    }),
  ];
  holding = options.leases.hold(leaseName, {
    ttlMs: options.leaseTtlMs ?? 5000,
    async onGained(gained) {
      await inTurn(async () => {
        ready();
        await follower.follow();
        for (const of of logs.all()) {
          // The database may have lost what its former sequencer signed, and others know it.
          const known = await askOutside(outside, of, of.published?.note ?? null).catch((error: unknown) => {
            if (options.outsideRequired === true) throw error;
            parts.onUnconfirmed(of.name, error);
            return [];
          });
          const conflict = await findConflict(of, known);
          if (conflict !== undefined) throw conflict;
        }
        lease = gained;
      }).catch((error: unknown) => {
        note(error);
        throw error;
      });
      wake();
    },
    async onLost() {
      lease = undefined;
      await inTurn(() => Promise.resolve());
    },
  });

  return {
    inTurn,
    leading: () => lease !== undefined,
    callSequencer() {
      if (lease === undefined) tell(pendingTopic);
      else wake();
    },
    callFollowers: () => tell(framesTopic),
    publish,
    until,
    ready,
    note,
    stop,
    status: () => ({
      fault: fault === null ? null : messageOf(fault),
      trouble,
      isClosed: stopped.signal.aborted,
    }),
    async close() {
      if (stopped.signal.aborted) return;
      await inTurn(publishHere).catch(note);
      stopped.abort();
      alarm.abort();
      for (const end of unsubscribe) end();
      await holding?.stop();
      await Promise.all(loops);
    },
  };
}
