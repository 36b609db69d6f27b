import type {
  Criticality,
  MaintenanceInput,
  Origin,
  ProbeInput,
  ProbeKindName,
  ResultStatus,
  ServiceInput,
  Status,
  StreamEvent,
} from '@custos/contract';
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
 * - **blocked**: a service that its own service depends on is down, so its results say nothing about it;
 *   pages nobody.
 * - **condition**: what the last results alone say (N of M), before pauses, windows and parents are weighed.
 * - **beat**: one result as a tick of the heartbeat bar; the last 60 are kept in State.
 * - **ping**: a call of a watched job to its heartbeat probe: start, finish or fail.
 * - **seat**: the right to be the one node that checks and records; a lease when State is shared.
 * - **doubt**: a failure that may be the fault of our own network, settled by asking **witnesses**.
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

/** What a kind's check found. */
export interface CheckOutcome {
  readonly status: ResultStatus;
  readonly latencyMs: number | null;
  /** In words, for people; without secrets. */
  readonly message: string;
  /** Figures with units in their names, such as `certificate_days`. */
  readonly values: Readonly<Record<string, number>>;
  /** True when the fault may be our own network's: the name was not resolved, or there is no route. */
  readonly doubt?: boolean;
  /** True when one such result settles the status by itself, without N of M, as a job that says it failed. */
  readonly decisive?: boolean;
}

/** A look at a part of Custos itself, shown by the built-in process probe. */
export interface SelfCheck {
  /** Such as `state`; its figures are expected to carry names of their own. */
  readonly name: string;
  readonly title: string;
  check(signal: AbortSignal): Promise<CheckOutcome>;
}

/** The right to write that the present holder has. */
export interface SeatHold {
  readonly signal: AbortSignal;
  /** Rejects when the seat is lost, and keeps it until `tx` ends. */
  fenced(tx: StateTx): Promise<void>;
}

/** Decides which node checks. `jobs.leases` satisfies it. */
export interface Seats {
  hold(
    name: string,
    options: {
      readonly ttlMs?: number;
      onGained(hold: SeatHold): void | Promise<void>;
      onLost(): void | Promise<void>;
    },
  ): { held(): boolean; stop(): Promise<void> };
}

/** A result as a tick; `maintenance` when it fell into a window. */
export interface Beat {
  readonly at: number;
  readonly status: ResultStatus | 'maintenance';
  readonly latencyMs: number | null;
}

/** A saved probe. Secret options are not among its options; they are in the store of secrets. */
export interface ProbeDefinition extends ProbeInput {
  readonly id: string;
  /** Which secret options are set. */
  readonly secretNames: readonly string[];
  readonly origin: Origin;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface ServiceDefinition extends ServiceInput {
  readonly id: string;
  readonly origin: Origin;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface MaintenanceDefinition extends MaintenanceInput {
  readonly id: string;
  readonly origin: Origin;
  readonly createdAt: number;
}

/** What the calls of a watched job left behind; times in ms. */
export interface PingState {
  readonly lastStartAt: number | null;
  readonly lastFinishAt: number | null;
  readonly lastFailAt: number | null;
  readonly durationMs: number | null;
  readonly exitCode: number | null;
  readonly note: string;
}

/** What the configuration file says of a service; others are named, not given by id. */
export interface ConfiguredService extends Omit<ServiceInput, 'dependsOn'> {
  readonly dependsOn: readonly string[];
}

/** What the configuration file says of a probe; its service is named. Secrets stand in its options. */
export interface ConfiguredProbe extends Omit<ProbeInput, 'serviceId'> {
  readonly service: string | null;
}

/** What the configuration file says of a window; services and probes are named. */
export interface ConfiguredMaintenance extends Omit<MaintenanceInput, 'serviceIds' | 'probeIds'> {
  readonly services: readonly string[];
  readonly probes: readonly string[];
}

export interface ProbeConfiguration {
  readonly services: readonly ConfiguredService[];
  readonly probes: readonly ConfiguredProbe[];
  readonly maintenance: readonly ConfiguredMaintenance[];
}
