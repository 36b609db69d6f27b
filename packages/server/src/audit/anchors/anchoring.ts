import type { Clock } from '../../base/clock.ts';
import { CustosError, messageOf } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { State } from '../../storage/state/state.ts';
import type { Ledger, PublishedCheckpoint } from '../log/ledger-types.ts';
import { createProgress, publicCheckpoints, type Progress } from './progress.ts';
import { createRounds, type Rounds } from './rounds.ts';
import { addReceipt, listReceipts, thinReceipts } from './store.ts';
import type { Anchor, AnchorKind, AnchorReceipt, AnchorStatus } from './types.ts';
import { within } from './within.ts';

const defaultIntervalMs: Readonly<Record<AnchorKind, number>> = {
  's3-lock': 600_000,
  rfc3161: 600_000,
  webhook: 60_000,
};
const publishTimeoutMs = 60_000;
const defaultRetry = { baseMs: 10_000, maxMs: 600_000 };
const dayMs = 86_400_000;
/** Of receipts older than this, one a day stays. */
const keepAllMs = 30 * dayMs;
/** So many failures in a row are more than a hiccup. */
const worrying = 3;

export interface Anchoring {
  /** Begins: what is public and not anchored yet goes out at once, then at each anchor's interval. */
  start(): Promise<void>;
  /** Signs what is there, hands the newest checkpoints over once more, and ends; takes at most `withinMs`. */
  stop(options?: { readonly withinMs: number }): Promise<void>;
  status(): readonly AnchorStatus[];
  health(): { readonly status: 'ok' | 'degraded' | 'critical'; readonly reasons: readonly string[] };
  /** Receipts for a log, newest first; from `minimumSize` on, that with the smallest size first. */
  receipts(
    wanted: { readonly origin: string; readonly anchor?: string; readonly minimumSize?: number },
    limit?: number,
  ): Promise<readonly AnchorReceipt[]>;
}

export interface AnchoringRequest {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: Pick<Ledger, 'names' | 'reader' | 'onCheckpoint' | 'publish' | 'stop'>;
  /** Defaults: 10 minutes for locked objects and time stamps, one minute for webhooks. */
  readonly anchors: readonly { readonly anchor: Anchor; readonly intervalMs?: number }[];
  /** Pauses after failures, ms; default 10 s, doubling up to 10 minutes. */
  readonly retry?: { readonly baseMs: number; readonly maxMs: number };
  /** False on a node that does not sign; asked before each round. Default: always true. */
  isActive?(): boolean;
}

interface Peer {
  readonly anchor: Anchor;
  readonly intervalMs: number;
  readonly progress: Progress;
  readonly rounds: Rounds;
  round(signal: AbortSignal): Promise<boolean>;
}

/** Hands the newest checkpoint of each log to each anchor, and keeps what the anchors answer. */
export function createAnchoring(request: AnchoringRequest): Anchoring {
  const { state, clock, log, ledger } = request;
  const isActive = request.isActive ?? (() => true);
  const retry = request.retry ?? defaultRetry;
  const contradictions = new Set<string>();
  let thinnedAt = clock.now();

  async function hand(
    peer: Pick<Peer, 'anchor' | 'progress'>,
    checkpoint: PublishedCheckpoint,
    signal: AbortSignal,
  ) {
    const { anchor, progress } = peer;
    try {
      const receipt = await within({ clock, ms: publishTimeoutMs, signal }, (both) =>
        anchor.publish(checkpoint, both),
      );
      // The receipt first: what is confirmed must be provable.
      await addReceipt(state, newId('anr', clock.now()), receipt);
      await progress.confirmed(checkpoint, receipt.root);
      return true;
    } catch (error) {
      const { origin, size } = checkpoint;
      const why = messageOf(error);
      if (error instanceof CustosError && error.code === 'anchor_contradicts') {
        contradictions.add(why);
        log.error({ anchor: anchor.name, origin, size, error: why }, 'an anchor proves that the log forked');
        ledger.stop(error);
      } else {
        log.warn({ anchor: anchor.name, origin, size, error: why }, 'a checkpoint was not anchored');
      }
      await progress.failed(checkpoint, error).catch((cause: unknown) => {
        log.warn({ anchor: anchor.name, error: messageOf(cause) }, 'the failure of an anchor was not noted');
      });
      return false;
    }
  }

  async function thin(): Promise<void> {
    if (clock.now() - thinnedAt < dayMs) return;
    thinnedAt = clock.now();
    const removed = await thinReceipts(state, clock.now() - keepAllMs);
    if (removed > 0) log.info({ removed }, 'old receipts of anchors were thinned to one a day');
  }

  const peers = request.anchors.map(({ anchor, intervalMs = defaultIntervalMs[anchor.kind] }): Peer => {
    const progress = createProgress({ peer: `anchor ${anchor.name}`, state, clock });
    const round = async (signal: AbortSignal): Promise<boolean> => {
      if (!isActive()) return true;
      try {
        await progress.load();
        let isWell = true;
        for (const checkpoint of progress.pending()) {
          if (!(await hand({ anchor, progress }, checkpoint, signal))) isWell = false;
        }
        await thin();
        return isWell;
      } catch (error) {
        log.warn({ anchor: anchor.name, error: messageOf(error) }, 'a round of an anchor failed');
        return false;
      }
    };
    const rounds = createRounds({ clock, intervalMs, retry, onlyWhenWoken: false, work: round });
    return { anchor, intervalMs, progress, rounds, round };
  });
  let stopListening = (): void => undefined;

  return {
    async start() {
      stopListening = ledger.onCheckpoint((checkpoint) => {
        for (const { progress } of peers) progress.published(checkpoint);
      });
      for (const { progress, rounds } of peers) {
        await progress.load();
        for (const checkpoint of publicCheckpoints(ledger)) progress.published(checkpoint);
        rounds.start();
      }
    },
    async stop({ withinMs } = { withinMs: 10_000 }) {
      await Promise.all(peers.map(({ rounds }) => rounds.stop()));
      if (isActive()) {
        // Whatever was appended since the last checkpoint is to be anchored too.
        await ledger.publish().catch(() => undefined);
        await within({ clock, ms: withinMs }, (signal) =>
          Promise.all(peers.map(({ round }) => round(signal))),
        ).catch((error: unknown) => {
          log.warn({ error: messageOf(error) }, 'the last checkpoints were not anchored');
        });
      }
      stopListening();
    },
    status: () =>
      peers.map(({ anchor, intervalMs, progress }) => ({
        name: anchor.name,
        kind: anchor.kind,
        intervalMs,
        logs: progress.status(),
      })),
    health() {
      const failing = peers.flatMap(({ anchor, progress }) =>
        progress
          .status()
          .filter(({ failures }) => failures >= worrying)
          .map(
            ({ log: name, failures, error }) =>
              `The anchor ${anchor.name} failed ${failures} times for "${name}": ${error}`,
          ),
      );
      const reasons = [...contradictions, ...failing];
      return {
        status: contradictions.size > 0 ? 'critical' : reasons.length > 0 ? 'degraded' : 'ok',
        reasons,
      };
    },
    receipts: (wanted, limit = 100) => listReceipts(state, wanted, limit),
  };
}
