import type { AlertState, Origin, RuleInput, Severity, StreamEvent } from '@custos/contract';
import type { AfterCommit } from '../base/after-commit.ts';
import type { NotificationRequest } from '../notify/types.ts';
import type { StateTx } from '../storage/state/state.ts';

/**
 * Words of this domain.
 *
 * - **rule**: what to watch, for how long, how severe it is and whom to tell.
 * - **verdict**: what a rule says of one probe right now: holds, clear, or unclear (no opinion).
 * - **key**: (rule, probe), or (rule, labels) for rules on metrics and logs; at most one alert is open per key.
 * - **alert**: a verdict that held; pending -> firing -> acknowledged -> resolved.
 * - **page**: telling channels that an alert fires. An alert is paged at most once, and its end is told to
 *   whoever was told of its start.
 * - **cool-down**: a key that ended a moment ago opens again without a page until the time is over.
 * - **flapping**: a key that fires again and again; its alert then stays open until it is calm.
 */

export interface Rule extends RuleInput {
  readonly id: string;
  readonly origin: Origin;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** An alert as it is kept. Times in ms since the epoch. */
export interface Alert {
  readonly id: string;
  readonly key: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly state: AlertState;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
  /** Null for an alert of a rule on metrics or logs. */
  readonly probeId: string | null;
  readonly serviceId: string | null;
  readonly serviceName: string | null;
  readonly channelIds: readonly string[];
  readonly value: number | null;
  readonly threshold: number | null;
  readonly flapping: boolean;
  /** Channels were told that it fires. */
  readonly paged: boolean;
  readonly startedAt: number;
  readonly firedAt: number | null;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: number | null;
  /** When a pending alert starts to fire, if its verdict still holds. */
  readonly fireDueAt: number | null;
  /** When an alert whose verdict is clear ends, unless it holds again. */
  readonly resolveDueAt: number | null;
  /** When channels are to be told, for an alert that fires and is not paged yet. */
  readonly pageDueAt: number | null;
}

/** Keys that fire this often in this time are flapping, and are held until they are calm for `holdMs`. */
export interface FlapPolicy {
  readonly firings: number;
  readonly windowMs: number;
  readonly holdMs: number;
}

/** How people are told; `notify/` fits. */
export interface Notifier {
  enqueue(tx: StateTx, requests: readonly NotificationRequest[]): Promise<AfterCommit>;
  deliveryByAlert(
    alertIds: readonly string[],
  ): Promise<ReadonlyMap<string, 'pending' | 'delivered' | 'failed'>>;
}

/** Tells live viewers. */
export type Publish = (event: StreamEvent) => void;
