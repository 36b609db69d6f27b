import type { Labels } from '../../base/labels.ts';
import type { StateTx } from '../../storage/state/state.ts';
import type { CompiledText } from './template/expand.ts';

/**
 * Words of this folder.
 *
 * - **group**: rules that are evaluated one after the other, at one interval, as Prometheus's rule files have it.
 * - **recording rule**: writes what its expression gives as series of a name of its own.
 * - **alerting rule**: each series that its expression gives is an **instance**: pending, then firing.
 * - **instance**: one set of labels of an alerting or log rule that is active.
 * - **slot**: a time at which a group is due: its interval, moved by an offset that its name decides.
 * - **missed**: a slot that passed while an evaluation still ran.
 * - **log rule**: more than N matches of a search in some time.
 */

interface RuleBase {
  /** The same for the same group, kind, name and labels, for ever. */
  readonly id: string;
  readonly name: string;
  readonly expression: string;
  readonly labels: ReadonlyMap<string, CompiledText>;
}

export interface RecordingRule extends RuleBase {
  readonly kind: 'record';
}

export interface AlertingRule extends RuleBase {
  readonly kind: 'alert';
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly annotations: ReadonlyMap<string, CompiledText>;
}

export type GroupRule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly id: string;
  readonly name: string;
  /** The file it came from; null for one of the dashboard. */
  readonly file: string | null;
  readonly enabled: boolean;
  readonly intervalMs: number;
  /** Evaluates this long before the slot, for samples that come late. */
  readonly queryOffsetMs: number;
  /** The most series or instances that one rule may give; 0 for any number. */
  readonly limit: number;
  readonly channelIds: readonly string[];
  readonly rules: readonly GroupRule[];
  /** In the notation of rule files. */
  readonly source: string;
}

/** Something active of an alerting or log rule. Times in milliseconds since the epoch. */
export interface Instance {
  /** A digest of its labels. */
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
  readonly activeAt: number;
  readonly firedAt: number | null;
  /** Since when its expression no longer gives it, while `keep_firing_for` holds it. */
  readonly keptSince: number | null;
  readonly value: number;
}

/** The right to be the one node that evaluates; a lease when State is shared. */
export interface SeatHold {
  readonly signal: AbortSignal;
  /** Rejects when the seat is lost, and keeps it until `tx` ends. */
  fenced(tx: StateTx): Promise<void>;
}

/** Decides which node evaluates. `jobs.leases` fits. */
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

/** The matches of a search: one group for each set of values of the fields that were asked for. */
export interface LogCounts {
  readonly groups: readonly {
    /** In the order of the fields; empty for one that a record lacks. */
    readonly values: readonly string[];
    readonly count: number;
  }[];
  /** False when records that were accepted may be missing. */
  readonly complete: boolean;
}

/** Counts the records that a search finds, from one time up to another. `search/` fits. */
export type CountLogs = (query: {
  readonly query: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly by: readonly string[];
}) => Promise<LogCounts>;
