import type { Criticality, ProbeKindName, Status, StreamEvent } from '@custos/contract';
import type { AfterCommit } from '../base/after-commit.ts';
import type { StateTx } from '../storage/state/state.ts';

/**
 * Words of this domain.
 *
 * - **probe**: something checked at an interval; its **kind** says how (`kinds/`, one file each).
 * - **check**: one run of a probe, which ends in a **result**: up, degraded, down, or inconclusive when the
 *   fault was on our side.
 * - **status**: what a probe is after its last results (N of M), its parents, pauses and windows are weighed.
 * - **service**: a group of probes with a criticality, a promise (SLO) and services that it depends on.
 * - **blocked**: failing while a service that it depends on is down; pages nobody.
 */

/** What is known about a probe right after a result or a change of status; what rules look at. */
export interface ProbeFacts {
  readonly probeId: string;
  readonly probeName: string;
  readonly kind: ProbeKindName;
  readonly labels: Readonly<Record<string, string>>;
  /** Channels that the probe names for its alerts. */
  readonly channelIds: readonly string[];
  readonly serviceId: string | null;
  readonly serviceName: string | null;
  /** The service's criticality; `medium` for a probe without a service. */
  readonly criticality: Criticality;
  readonly status: Status;
  /** Why, in words. */
  readonly reason: string;
  /** Since when it has this status, ms. */
  readonly statusSince: number;
  /** When this was observed, ms. */
  readonly at: number;
  /** Figures of the last result and of the recent past, with units in their names (`latency_ms`). */
  readonly values: Readonly<Record<string, number>>;
}

/** Told of every result inside the transaction that records it, so that an alert is never lost between. */
export interface ProbeObserver {
  observe(tx: StateTx, facts: readonly ProbeFacts[]): Promise<AfterCommit>;
  /** A probe was deleted: whatever was open for it ends. */
  forget(tx: StateTx, probeIds: readonly string[]): Promise<AfterCommit>;
}

/** Where raw results go; may lag or be down without holding up any check. */
export interface ResultSink {
  /** Never waits and never throws. */
  record(results: readonly ResultRow[]): void;
}

export interface ResultRow {
  readonly probeId: string;
  readonly at: number;
  readonly status: 'up' | 'degraded' | 'down' | 'inconclusive';
  readonly latencyMs: number | null;
  readonly message: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Tells live viewers. */
export type Publish = (event: StreamEvent) => void;
