import { logTailEvents, personalDataPermission } from '@custos/contract';
import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Viewer } from '../../base/mask-by-schema.ts';
import { maskRecord } from './personal.ts';
import type { LogTail, TailEvent } from './tail.ts';
import type { Scope } from './types.ts';

export interface TailStreamsOptions<Identity extends Viewer> {
  readonly tail: LogTail;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * What an identity is by now, and undefined when it has ended or calls from its address are not taken any
   * more. Asked every 15 s for whoever watches.
   */
  readonly recheck: (identity: Identity, address: string) => Promise<Identity | undefined>;
  /** Open streams that one user may have, and in all; 8 and 200 unless told. */
  readonly perUser?: number;
  readonly all?: number;
}

interface TailStreamRequest<Identity> {
  readonly identity: Identity;
  readonly address: string;
  readonly search: Scope['search'];
  readonly sink: {
    write(text: string): void;
    /** Bytes written and not yet taken by the other side. */
    unread(): number;
    end(): void;
  };
}

export interface TailStreams<Identity extends Viewer> {
  /** Starts a stream; returns what to call when the viewer has gone. Raises `rate_limited` and `overloaded`. */
  open(request: TailStreamRequest<Identity>): () => void;
  /** Ends the streams of identities that match, as after a sign-out. */
  disconnect(matches: (identity: Identity) => boolean): void;
  /** Ends every stream; none is opened any more. */
  close(): void;
}

/** How often records leave, and how often a quiet stream shows that it is alive. */
const gatherMs = 200;
const beatMs = 15_000;
/** For how long a viewer stays whose right cannot be looked up, as while State is away. */
const unconfirmedMs = 60_000;
/** A viewer that has more than this unread is not ready for more. */
const unreadBytes = 262_144;

const frameOf = (event: TailEvent, masked: boolean): string =>
  event.type === 'skipped'
    ? `event: skipped\ndata: ${JSON.stringify({ records: event.records })}\n\n`
    : `event: record\ndata: ${JSON.stringify(
        logTailEvents.record.encode(masked ? maskRecord(event.record) : event.record),
      )}\n\n`;

/** Live tails as server-sent events (HTML standard), for as long as their viewers may read logs. */
export function createTailStreams<Identity extends Viewer>(
  options: TailStreamsOptions<Identity>,
): TailStreams<Identity> {
  const { tail, clock, log, recheck, perUser = 8, all = 200 } = options;
  interface Stream extends TailStreamRequest<Identity> {
    readonly leave: () => void;
    confirmed: number;
  }
  const streams = new Set<Stream>();
  const closing = new AbortController();
  let running = false;

  function end(stream: Stream): void {
    stream.leave();
    if (streams.delete(stream)) stream.sink.end();
  }

  async function review(stream: Stream): Promise<void> {
    const asked = clock.monotonic();
    try {
      const found = await recheck(stream.identity, stream.address);
      const holds = [...stream.identity.permissions].every((one) => found?.permissions.has(one) === true);
      if (found !== undefined && holds) stream.confirmed = asked;
      else end(stream);
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the right to watch logs cannot be checked');
    }
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    let beaten = clock.monotonic();
    while (streams.size > 0 && !closing.signal.aborted) {
      await clock.sleep(gatherMs, closing.signal);
      tail.flush();
      if (clock.monotonic() - beaten < beatMs) continue;
      beaten = clock.monotonic();
      for (const stream of streams) {
        if (beaten - stream.confirmed >= unconfirmedMs) {
          end(stream);
          continue;
        }
        stream.sink.write(': alive\n\n');
        void review(stream);
      }
    }
    running = false;
  }

  return {
    open(request) {
      const { identity, search, sink } = request;
      const own = [...streams].filter((one) => one.identity.userId === identity.userId);
      if (own.length >= perUser) {
        throw new CustosError('rate_limited', `At most ${perUser} live tails per user are open at once.`, {
          status: 429,
          retryAfterSeconds: 10,
        });
      }
      if (streams.size >= all || closing.signal.aborted) {
        throw new CustosError('overloaded', 'No more live tails can be opened at the moment.', {
          status: 503,
          retryAfterSeconds: 10,
        });
      }
      const masked = !identity.permissions.has(personalDataPermission);
      const leave = tail.subscribe({
        search,
        ready: () => sink.unread() <= unreadBytes,
        write: (events) => sink.write(events.map((event) => frameOf(event, masked)).join('')),
      });
      const stream: Stream = { ...request, leave, confirmed: clock.monotonic() };
      streams.add(stream);
      sink.write('retry: 2000\n\n');
      void run();
      return () => {
        leave();
        streams.delete(stream);
      };
    },
    disconnect(matches) {
      for (const stream of streams) if (matches(stream.identity)) end(stream);
    },
    close() {
      closing.abort();
      for (const stream of streams) end(stream);
    },
  };
}
