import type { StateTx } from '../../storage/state/state.ts';
import { fallbacksOf } from '../fallback.ts';
import { decide, type RetryPolicy } from '../retry-policy.ts';
import type { AttemptTable, ChannelTable, NotificationTable } from '../tables.ts';
import type { Attempted } from './attempt.ts';
import { handOver, linksOf } from './hand-over.ts';
import { markFailedOver, settle, type Settlement } from './store.ts';

/** An attempt that has ended and is not on record yet. */
export interface Finished {
  readonly row: NotificationTable;
  readonly outcome: Attempted;
  /** When it ended, ms. */
  readonly at: number;
  /** The channel was disabled or deleted, so nothing was sent. */
  readonly withdrawn: boolean;
}

export interface CompletionWorld {
  readonly channels: ReadonlyMap<string, ChannelTable>;
  readonly policy: RetryPolicy;
}

export interface Completed {
  /** Notifications that changed or were made, as they are now. */
  readonly changed: readonly NotificationTable[];
  /** False when another sender had taken the notification over in the meantime. */
  readonly recorded: boolean;
}

const recordedAs = {
  delivered: 'delivered',
  retryable: 'retry',
  permanent: 'failed',
  unknown: 'unknown',
} as const;

/** Puts the end of an attempt on record, with all that follows from it: a retry, a fallback, the end. */
export async function complete(
  tx: StateTx,
  { row, outcome, at, withdrawn }: Finished,
  { channels, policy }: CompletionWorld,
): Promise<Completed> {
  const verdict = withdrawn
    ? ({ state: 'gave-up' } as const)
    : decide(
        outcome,
        {
          event: row.event,
          severity: row.severity,
          attempts: row.attempts,
          firstAttemptAt: row.first_attempt_at ?? at,
          now: at,
          hasFallback: fallbacksOf(row.channel_id, linksOf(channels)).length > 0,
        },
        policy,
      );

  const attempt: Pick<AttemptTable, 'outcome' | 'latency_ms' | 'answer' | 'provider_id' | 'error'> = {
    outcome: recordedAs[outcome.result],
    latency_ms: outcome.latencyMs,
    answer: outcome.answer,
    provider_id: outcome.providerId,
    error: outcome.error,
  };
  const base: Settlement = {
    state: 'pending',
    next_attempt_at: null,
    settled_at: at,
    latency_ms: null,
    last_error: outcome.error,
    progress: outcome.progress ?? row.progress,
    failed_over_to: null,
  };

  if (verdict.state === 'delivered') {
    const settlement: Settlement = {
      ...base,
      state: 'delivered',
      latency_ms: Math.max(0, at - row.created_at),
    };
    return write(settlement);
  }
  if (verdict.state === 'retry') {
    return write({ ...base, settled_at: null, next_attempt_at: verdict.at });
  }

  // The claim is checked first: whoever lost it may not call on the fallback.
  const ended: Settlement = { ...base, state: withdrawn ? 'cancelled' : 'failed' };
  const failed = await write(ended);
  if (!failed.recorded) return failed;
  const taken = await handOver(tx, row, { channels, now: at });
  if (taken === undefined) return failed;
  const settlement: Settlement = { ...ended, state: 'failed-over', failed_over_to: taken.takenBy };
  await markFailedOver(tx, row.id, taken.takenBy);
  return {
    recorded: true,
    changed: [{ ...row, ...settlement }, ...(taken.added === undefined ? [] : [taken.added])],
  };

  async function write(settlement: Settlement): Promise<Completed> {
    const recorded = await settle(tx, row, { settlement, attempt });
    return { recorded, changed: recorded ? [{ ...row, ...settlement }] : [] };
  }
}
