import { randomBytes } from 'node:crypto';
import type { StreamEvent, StreamEventType } from '@custos/contract';
import type { Identity } from '../access/types.ts';
import type { Clock } from '../base/clock.ts';
import { CustosError, messageOf } from '../base/errors.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { compileFrameMask, encodeEventData, frameOf, mayReceive, topicOf } from './event-frames.ts';
import { createEventRelay } from './event-relay.ts';
import { createEventRing } from './event-ring.ts';
import type { EventHub, NodeBroadcast } from './types.ts';

export interface EventHubOptions {
  /** Reaches the other nodes; null when there are none, as on SQLite. */
  readonly broadcast: NodeBroadcast | null;
  readonly clock: Clock;
  /** The name of this node. */
  readonly node: string;
  readonly log?: Logger;
  /** Events kept for watchers that come back; 5,000 unless told. */
  readonly keep?: number;
  /** Open streams that one user may have; 64 unless told. */
  readonly streamsPerIdentity?: number;
  /** Open streams in all; 1,000 unless told. */
  readonly streams?: number;
  /** A watcher that leaves more than this unread is disconnected; 1 MiB unless told. */
  readonly unreadBytes?: number;
  /**
   * What an identity is by now, and undefined when it has ended or calls from its address are not taken any
   * more. Asked every 15 s for whoever watches: not everything that ends somebody's right is announced.
   */
  readonly recheck?: (identity: Identity, address: string) => Promise<Identity | undefined>;
  /** A stream ends after this long and the watcher comes back, so that lost rights act; 5 min unless told. */
  readonly lifetimeMs?: number;
}

/** Where a stream's bytes go. */
interface EventSink {
  write(chunk: Buffer): void;
  /** Bytes written and not yet taken by the other side. */
  unread(): number;
  /** Ends in good order. */
  end(): void;
  /** Ends at once; what is unread is dropped. */
  destroy(): void;
}

interface WatchRequest {
  readonly identity: Identity;
  /** Where the watcher is. */
  readonly address: string;
  /** Types to receive; null for all. */
  readonly types: ReadonlySet<StreamEventType> | null;
  /** The last event that the watcher has; null on a first visit. */
  readonly lastEventId: string | null;
  readonly sink: EventSink;
}

export interface LiveEvents extends EventHub {
  /** Starts a stream; returns what to call when the watcher has gone. Throws when there are too many. */
  watch(request: WatchRequest): () => void;
  /** Ends the streams of identities that match, as after a sign-out. */
  disconnect(matches: (identity: Identity) => boolean): void;
  /** Streams that are open. */
  readonly watchers: number;
  /** Ends every stream and stops. */
  close(): void;
}

interface Watcher extends WatchRequest {
  readonly since: number;
  /** When the watcher's right was last found to hold, by the clock that never jumps. */
  confirmed: number;
  /** Watchers with the same filter share the work of making their bytes. */
  readonly filter: string;
  sent: number;
}

/** How often a quiet stream shows that it is alive, and the rights of its watcher are looked up again. */
export const heartbeatMs = 15_000;
/** For how long a watcher stays whose right cannot be looked up, as while State is away. */
const unconfirmedMs = 60_000;
/** Events of this long leave together: one write per watcher instead of one per event. */
const gatherMs = 50;

/**
 * Sends live events to everybody who watches, here and on the other nodes, and keeps the recent past for
 * those who come back (`Last-Event-ID`). Publishing never waits and costs next to nothing while nobody
 * watches. Each watcher gets only what their permissions let them read, with personal data masked.
 */
export function createEventHub(options: EventHubOptions): LiveEvents {
  const { clock, log = silentLogger } = options;
  const { keep = 5_000, streamsPerIdentity = 64, streams = 1_000 } = options;
  const { unreadBytes = 1_048_576, lifetimeMs = 300_000, recheck } = options;
  const boot = randomBytes(6).toString('hex');
  const ring = createEventRing(keep);
  const frameMask = compileFrameMask();
  const watchers = new Set<Watcher>();
  const closing = new AbortController();
  let flushing = false;
  let beating = false;
  let reviewing = false;

  const idOf = (sequence: number): string => `${boot}-${sequence}`;

  function chunkFor(watcher: Watcher): Buffer | undefined {
    const entries = ring.after(watcher.sent);
    if (entries === undefined) return Buffer.from(frameOf(idOf(ring.newest), 'reset', '{}'));
    let text = '';
    for (const entry of entries) {
      const { type } = entry.topic;
      const wanted = watcher.types === null || type === 'reset' || watcher.types.has(type);
      if (!wanted || !mayReceive(entry.topic, watcher.identity.permissions)) continue;
      const frame = entry.frame();
      if (frame !== undefined) text += frameMask.mask(type, frame, watcher.identity);
    }
    return text === '' ? undefined : Buffer.from(text);
  }

  function write(watcher: Watcher, chunk: Buffer): void {
    watcher.sink.write(chunk);
    if (watcher.sink.unread() <= unreadBytes) return;
    watchers.delete(watcher);
    watcher.sink.destroy();
    log.info({ userId: watcher.identity.userId }, 'a watcher that did not keep up was disconnected');
  }

  async function flushSoon(): Promise<void> {
    if (flushing || watchers.size === 0) return;
    flushing = true;
    await clock.sleep(gatherMs, closing.signal);
    flushing = false;
    const chunks = new Map<string, Buffer | undefined>();
    for (const watcher of watchers) {
      if (watcher.sent === ring.newest) continue;
      const key = `${watcher.sent} ${watcher.filter}`;
      if (!chunks.has(key)) chunks.set(key, chunkFor(watcher));
      const chunk = chunks.get(key);
      watcher.sent = ring.newest;
      if (chunk !== undefined) write(watcher, chunk);
    }
  }

  async function beat(): Promise<void> {
    if (beating) return;
    beating = true;
    while (watchers.size > 0 && !closing.signal.aborted) {
      await clock.sleep(heartbeatMs, closing.signal);
      for (const watcher of watchers) {
        const unconfirmed = recheck !== undefined && clock.monotonic() - watcher.confirmed >= unconfirmedMs;
        if (unconfirmed || clock.monotonic() - watcher.since >= lifetimeMs) end(watcher);
        // With the id, a watcher of rare events can still resume after many that it did not want.
        else write(watcher, Buffer.from(`: alive\nid: ${idOf(watcher.sent)}\n\n`));
      }
      void review();
    }
    beating = false;
  }

  /** Ends the streams of those who have lost the right to watch, or a part of what they may read. */
  async function review(): Promise<void> {
    if (recheck === undefined || reviewing) return;
    reviewing = true;
    // One look-up for all the streams of one session or token.
    const groups = Map.groupBy(watchers, ({ identity, address }) =>
      JSON.stringify([identity.userId, identity.sessionId, identity.tokenId, address]),
    );
    for (const group of groups.values()) {
      const [{ identity, address }] = group as [Watcher, ...Watcher[]];
      try {
        const asked = clock.monotonic();
        const found = await recheck(identity, address);
        for (const watcher of group) {
          const holds = [...watcher.identity.permissions].every((one) => found?.permissions.has(one));
          if (found !== undefined && holds) watcher.confirmed = asked;
          else if (watchers.has(watcher)) end(watcher);
        }
      } catch (error) {
        log.warn(
          { userId: identity.userId, reason: messageOf(error) },
          'the right to watch cannot be checked',
        );
      }
    }
    reviewing = false;
  }

  function end(watcher: Watcher): void {
    watchers.delete(watcher);
    watcher.sink.end();
  }

  const relay =
    options.broadcast === null
      ? undefined
      : createEventRelay({
          broadcast: options.broadcast,
          clock,
          log,
          node: `${options.node}/${boot}`,
          receive(topic, json) {
            ring.add(topic, (sequence) => frameOf(idOf(sequence), topic.type, json));
            void flushSoon();
          },
        });

  return {
    publish(event: StreamEvent) {
      if (closing.signal.aborted) return;
      ring.add(topicOf(event), (sequence) => {
        try {
          return frameOf(idOf(sequence), event.type, encodeEventData(event));
        } catch (error) {
          log.error({ type: event.type, reason: messageOf(error) }, 'an event does not fit its schema');
          return undefined;
        }
      });
      relay?.send(event);
      void flushSoon();
    },

    watch(request) {
      const own = [...watchers].filter(({ identity }) => identity.userId === request.identity.userId);
      if (own.length >= streamsPerIdentity) {
        throw new CustosError(
          'rate_limited',
          `At most ${streamsPerIdentity} live streams per user are open at once.`,
          {
            status: 429,
            retryAfterSeconds: 10,
          },
        );
      }
      if (watchers.size >= streams || closing.signal.aborted) {
        throw new CustosError('overloaded', 'No more live streams can be opened at the moment.', {
          status: 503,
          retryAfterSeconds: 10,
        });
      }
      const known = request.lastEventId?.startsWith(`${boot}-`) === true;
      const last = known ? Number(request.lastEventId?.slice(boot.length + 1)) : Number.NaN;
      const watcher: Watcher = {
        ...request,
        since: clock.monotonic(),
        confirmed: clock.monotonic(),
        filter: JSON.stringify([
          request.types === null ? null : [...request.types].toSorted(),
          frameMask.keyOf(request.identity),
        ]),
        // An id of another start, or of no start at all, is as good as one that is too old.
        sent: request.lastEventId === null ? ring.newest : Number.isSafeInteger(last) ? last : -1,
      };
      watchers.add(watcher);
      const missed = watcher.sent === ring.newest ? undefined : chunkFor(watcher);
      watcher.sent = ring.newest;
      const greeting = Buffer.from(`retry: 1000\nid: ${idOf(ring.newest)}\n\n`);
      write(watcher, missed === undefined ? greeting : Buffer.concat([missed, greeting]));
      void beat();
      return () => watchers.delete(watcher);
    },

    disconnect(matches) {
      for (const watcher of watchers) if (matches(watcher.identity)) end(watcher);
    },

    get watchers() {
      return watchers.size;
    },

    close() {
      for (const watcher of watchers) end(watcher);
      relay?.close();
      closing.abort();
    },
  };
}
