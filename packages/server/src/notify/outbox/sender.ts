import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { State, StateTx } from '../../storage/state/state.ts';
import { channelKinds } from '../kinds.ts';
import type { RetryPolicy } from '../retry-policy.ts';
import type { ChannelTable, NotificationTable } from '../tables.ts';
import type { Message, Publish } from '../types.ts';
import { deliveryView } from '../views.ts';
import { attempt, failed, type Attempted } from './attempt.ts';
import { complete, type Finished } from './completion.ts';
import type { OpenChannels } from './opened.ts';
import { anythingDue, claim, findDue, findOrphans, noteOnChannel, releaseAll } from './store.ts';

/** Bounds of a sender, in ms and numbers. */
export interface SenderLimits {
  /** Sends under way at once on this node. */
  readonly concurrency: number;
  /** How often retries are looked for when nothing wakes the sender. */
  readonly pollMs: number;
  /** An attempt is cut off after this. */
  readonly attemptTimeoutMs: number;
  /** How long a claim lasts; longer than an attempt, so that nobody else sends during it. */
  readonly leaseMs: number;
}

export const defaultSenderLimits: SenderLimits = {
  concurrency: 256,
  pollMs: 500,
  attemptTimeoutMs: 15_000,
  leaseMs: 20_000,
};

export interface SenderOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly node: string;
  readonly opened: OpenChannels;
  /** All channels by id, as the transaction sees them. */
  readonly loadChannels: (tx: StateTx) => Promise<ReadonlyMap<string, ChannelTable>>;
  readonly policy: RetryPolicy;
  readonly limits: SenderLimits;
  readonly publish: Publish;
  readonly publicUrl: () => string;
}

export interface Sender {
  /** Looks for work now instead of at the next poll. Never throws, never waits. */
  nudge(): void;
  start(): Promise<void>;
  /** Claims nothing more, waits for what is under way and puts it on record. */
  stop(deadlineMs: number): Promise<void>;
  /** Makes the one attempt of a notification that was inserted as claimed, and records it. */
  sendClaimed(row: NotificationTable, channel: ChannelTable): Promise<Attempted>;
}

/** Completions written in one transaction, at most. */
const batch = 200;
const longestPauseMs = 5000;
/** How long completions wait for each other, so that they share one durable commit; real time, ms. */
const gatherMs = 6;
/** So many completions are not kept waiting for more. */
const gathered = 32;
/** A channel that failed so often in a row is given `doubtedPlaces` until it delivers again. */
const doubtedAfter = 3;
const doubtedPlaces = 2;
/** Places of each channel that no other can take. */
const ownPlaces = 4;
/** How often notifications of deleted channels are looked for, ms. */
const sweepMs = 30_000;

/**
 * Creates the sender of a node. One loop does all the writing: each turn is one transaction that records
 * the attempts that ended and claims what is due next, so that a busy outbox costs one durable commit for
 * many notifications. The sends themselves run beside it, bounded per channel and over all, so a channel
 * that hangs holds its own places and nobody else's.
 */
export function createSender(options: SenderOptions): Sender {
  const { state, clock, log, node, opened, policy, limits, publish, publicUrl, loadChannels } = options;
  const finished: Finished[] = [];
  const underWay = new Map<string, string>();
  const sends = new Set<Promise<void>>();
  const failuresInARow = new Map<string, number>();
  const stopping = new AbortController();
  const abandoned = new AbortController();
  let wake: () => void = () => undefined;
  let nudged = false;
  let nextSweep = 0;
  let gathering: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  function nudge(): void {
    clearTimeout(gathering);
    gathering = undefined;
    nudged = true;
    wake();
  }

  /** A send has ended: it is recorded at once when it was the last, or together with those that follow. */
  function ended(): void {
    if (underWay.size > 0 && finished.length < gathered) {
      gathering ??= setTimeout(nudge, gatherMs);
      return;
    }
    nudge();
  }

  /**
   * Places left for a channel, those under way already counted. A channel that keeps failing gets few, and
   * none gets more than a quarter of all, but each has some that it need not share, so that however many
   * channels hang, those that do not are served.
   */
  function roomOf(channel: ChannelTable): { places: number; own: number } {
    const taken = [...underWay.values()].filter((id) => id === channel.id).length;
    const doubted = (failuresInARow.get(channel.id) ?? 0) >= doubtedAfter;
    const quarter = Math.ceil(limits.concurrency / 4);
    const most = doubted ? doubtedPlaces : Math.min(channelKinds[channel.kind].concurrency, quarter);
    const places = most - taken;
    return { places, own: Math.max(0, Math.min(places, ownPlaces - taken)) };
  }

  /** Chooses what is due, as far as there are places. */
  async function choose(tx: StateTx, channels: ReadonlyMap<string, ChannelTable>): Promise<string[]> {
    const now = clock.now();
    let free = limits.concurrency - underWay.size;
    const room = new Map<string, number>();
    const own = new Map<string, number>();
    for (const channel of channels.values()) {
      const { places, own: unshared } = roomOf(channel);
      const most = Math.max(unshared, Math.min(places, free));
      if (most > 0) room.set(channel.id, most);
      own.set(channel.id, unshared);
    }
    // What is not recorded yet is not due, even if its lease ran out while the store was away.
    const unrecorded = finished.slice(batch).map(({ row }) => row.id);
    const due = await findDue(tx, { now, room, except: new Set([...underWay.keys(), ...unrecorded]) });
    const chosen: string[] = [];
    for (const { id, channel_id: channelId } of due) {
      const unshared = own.get(channelId) ?? 0;
      if (free <= 0 && unshared <= 0) continue;
      own.set(channelId, unshared - 1);
      free -= 1;
      chosen.push(id);
    }
    if (free > 0 && clock.monotonic() >= nextSweep) {
      nextSweep = clock.monotonic() + sweepMs;
      chosen.push(...(await findOrphans(tx, now, free)));
    }
    return chosen;
  }

  /** Notes on each channel how its last attempt of this batch went. */
  async function noteChannels(tx: StateTx, done: readonly Finished[]): Promise<void> {
    const last = new Map(done.filter((each) => !each.withdrawn).map((each) => [each.row.channel_id, each]));
    const inOrder = [...last].toSorted(([left], [right]) => (left < right ? -1 : 1));
    for (const [id, { outcome, at }] of inOrder) {
      await noteOnChannel(
        tx,
        id,
        outcome.result === 'delivered'
          ? { last_delivered_at: at, last_error: null }
          : { last_error: outcome.error ?? outcome.answer },
      );
    }
  }

  /** One transaction: what has ended goes on record, what is due is claimed. */
  async function turn(claiming: boolean): Promise<void> {
    const done = finished.slice(0, batch);
    if (done.length === 0 && !(claiming && (await anythingDue(state.read, clock.now())))) return;
    const now = clock.now();
    const written = await state.transaction(async (tx) => {
      const channels = await loadChannels(tx);
      const changed: NotificationTable[] = [];
      const lost: string[] = [];
      // Channels before notifications, the order in which a change of a channel takes its locks too.
      await noteChannels(tx, done);
      for (const each of done) {
        const result = await complete(tx, each, { channels, policy });
        changed.push(...result.changed);
        if (!result.recorded) lost.push(each.row.id);
      }
      const ids = claiming ? await choose(tx, channels) : [];
      const claimed = await claim(tx, ids, {
        node,
        now,
        leaseUntil: now + limits.leaseMs,
        dialect: state.dialect,
      });
      return { channels, changed, lost, claimed };
    });
    finished.splice(0, done.length);
    for (const id of written.lost)
      log.warn({ notificationId: id }, 'a claim was lost before its end was on record');
    for (const row of written.changed) {
      publish({ type: 'delivery', data: deliveryView(row, written.channels.has(row.channel_id)) });
    }
    opened.keepOnly(new Set(written.channels.keys()));
    for (const row of written.claimed) launch(row, written.channels.get(row.channel_id));
    if (finished.length > 0) nudge();
  }

  function launch(row: NotificationTable, channel: ChannelTable | undefined): void {
    underWay.set(row.id, row.channel_id);
    const send = run(row, channel).then((result) => {
      underWay.delete(row.id);
      sends.delete(send);
      if (result !== undefined) finished.push(result);
      ended();
    });
    sends.add(send);
  }

  /** Makes the attempt. Undefined when the claim is too old to send under. Never rejects. */
  async function run(
    row: NotificationTable,
    channel: ChannelTable | undefined,
  ): Promise<Finished | undefined> {
    if (channel === undefined || channel.enabled !== 1) {
      const error = channel === undefined ? 'The channel was deleted.' : 'The channel is disabled.';
      const outcome = { ...failed(new Error(error)), result: 'permanent' as const, latencyMs: 0 };
      return { row, outcome, at: clock.now(), withdrawn: true };
    }
    // A node that slept between claim and send must not send: the notification may be another's by now.
    if (clock.now() > row.lease_until - limits.attemptTimeoutMs) {
      log.warn({ notificationId: row.id }, 'a claim was too old to send under');
      return undefined;
    }
    const outcome = await attemptOf(row, channel);
    const failing = outcome.result === 'retryable' || outcome.result === 'unknown';
    failuresInARow.set(channel.id, failing ? (failuresInARow.get(channel.id) ?? 0) + 1 : 0);
    if (outcome.result !== 'delivered') {
      log.warn(
        { notificationId: row.id, channel: channel.name, attempt: row.attempts, error: outcome.error },
        'a notification was not delivered at this attempt',
      );
    }
    return { row, outcome, at: clock.now(), withdrawn: false };
  }

  async function attemptOf(row: NotificationTable, channel: ChannelTable): Promise<Attempted> {
    try {
      const ready = await opened.get(channel);
      const facts = {
        message: JSON.parse(row.message) as Message,
        notificationId: row.id,
        idempotencyKey: row.idempotency_key,
        step: row.step,
        createdAt: row.created_at,
        progress: row.progress,
      };
      const bounds = { timeoutMs: limits.attemptTimeoutMs, signal: abandoned.signal };
      return await attempt(ready, facts, { clock, publicUrl: publicUrl(), limits: bounds });
    } catch (error) {
      return { ...failed(error), latencyMs: 0 };
    }
  }

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      nudged = false;
      try {
        await turn(true);
        failures = 0;
      } catch (error) {
        failures += 1;
        log.error({ error: messageOf(error) }, 'the outbox could not be read or written');
        await clock.sleep(Math.min(longestPauseMs, 100 * 2 ** Math.min(failures, 10)), stopping.signal);
        continue;
      }
      await idle();
    }
  }

  /** Waits for a nudge, the next poll or the end. */
  async function idle(): Promise<void> {
    if (nudged || stopping.signal.aborted) return;
    const awake = new AbortController();
    wake = () => awake.abort();
    await clock.sleep(limits.pollMs, AbortSignal.any([awake.signal, stopping.signal]));
    wake = () => undefined;
  }

  async function drain(deadlineMs: number): Promise<void> {
    const all = Promise.all(sends);
    const enough = new AbortController();
    await Promise.race([all, clock.sleep(deadlineMs, enough.signal)]);
    enough.abort();
    // Every attempt ends within moments of this, with an unknown outcome if it comes to that.
    abandoned.abort();
    await all;
    for (let tries = 0; finished.length > 0 && tries < 20; tries += 1) {
      try {
        await turn(false);
      } catch (error) {
        log.error({ error: messageOf(error) }, 'the outbox could not be written while stopping');
        await clock.sleep(100);
      }
    }
  }

  return {
    nudge,
    async start() {
      if (running !== undefined) return;
      // An SQLite store belongs to one process, so every claim in it is left over from one that died.
      if (state.dialect === 'sqlite') await releaseAll(state.write);
      running = loop();
    },
    async stop(deadlineMs) {
      if (stopping.signal.aborted) return;
      stopping.abort();
      await running;
      await drain(deadlineMs);
      opened.closeAll();
    },
    async sendClaimed(row, channel) {
      underWay.set(row.id, row.channel_id);
      const outcome = await attemptOf(row, channel);
      underWay.delete(row.id);
      const done: Finished = { row, outcome, at: clock.now(), withdrawn: false };
      const changed = await state.transaction(async (tx) => {
        const channels = await loadChannels(tx);
        await noteChannels(tx, [done]);
        const result = await complete(tx, done, { channels, policy });
        return result.changed;
      });
      for (const each of changed) publish({ type: 'delivery', data: deliveryView(each) });
      return outcome;
    },
  };
}
