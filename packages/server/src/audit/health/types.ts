/**
 * Health of the audit log (row A13).
 *
 * - **component**: one thing that is looked at, with a figure and where it becomes a warning or critical.
 * - **status**: `critical` before `warning` before `unknown` before `ok`; the worst component's is the whole's.
 * - **unknown**: it could not be found out in time.
 * - **facet**: a component or several as Custos's own probe looks at them, which is how they become alerts.
 */
import type { AnchorStatus, WitnessStatus } from '../anchors/types.ts';
import type { AuditSettings } from '../events/constants.ts';
import type { IndexStatus } from '../index/types.ts';
import type { LedgerFigures, LedgerHealth } from '../log/ledger-types.ts';

export type HealthStatus = 'ok' | 'warning' | 'critical' | 'unknown';

/** Such as `buffer`; stable, since checks elsewhere refer to it. */
export interface HealthComponent {
  readonly name: string;
  readonly title: string;
  readonly status: HealthStatus;
  readonly message: string;
  readonly value: number | null;
  readonly unit: string | null;
  /** The value is a warning, or critical, above these; null when it is not judged by its value. */
  readonly warning: number | null;
  readonly critical: number | null;
}

export interface AuditHealth {
  readonly status: HealthStatus;
  /** Wall clock, ms. */
  readonly checkedAt: number;
  readonly components: readonly HealthComponent[];
}

/** Security events that were received in the last hour; a flood that is one event counts as what it stands for. */
export interface SecurityCounts {
  readonly events: number;
  readonly blocked: number;
}

export interface DiskSpace {
  /** Share that is used, as df(1) tells it. */
  readonly usedPercent: number;
  readonly freeBytes: number;
}

/** The last verification of everything, or the one that runs. */
export interface LastVerification {
  readonly state: 'running' | 'ok' | 'failed';
  /** Wall clock, ms. */
  readonly startedAt: number;
  readonly entries: number;
  readonly findings: readonly string[];
}

/** Where the figures come from. One that rejects or hangs makes its component `unknown`. */
export interface HealthSources {
  ledger(): Pick<LedgerHealth, 'status' | 'reasons'>;
  figures(): Promise<Pick<LedgerFigures, 'journalBytes' | 'logs'>>;
  index(): Pick<IndexStatus, 'state' | 'logs' | 'queries' | 'rebuild' | 'lastError' | 'lastCheck'>;
  /** False when the configuration has no columns, so that searches are meant to read the logs. */
  readonly hasIndex: boolean;
  /** True when several nodes may share the ledger. */
  readonly isShared: boolean;
  /** Events that are taken and have no place in a log yet. */
  waiting(): Promise<number>;
  security(): Promise<SecurityCounts>;
  /** Null before the first. */
  verification(): Promise<LastVerification | null> | LastVerification | null;
  witnesses(): readonly Pick<WitnessStatus, 'name' | 'state' | 'logs'>[];
  anchors(): readonly Pick<AnchorStatus, 'name' | 'intervalMs' | 'logs'>[];
  disk(): Promise<DiskSpace>;
}

/** What components are judged with. */
export interface HealthContext {
  readonly sources: HealthSources;
  readonly settings: AuditSettings;
  /** Wall clock, ms. */
  readonly now: number;
  /** How long this process has had the ledger open, ms. */
  readonly openMs: number;
}
