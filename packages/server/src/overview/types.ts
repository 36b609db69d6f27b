import type {
  AlertView,
  BeatView,
  Criticality,
  ProbeKindName,
  SeriesView,
  Status,
  SystemStatus,
  UptimeView,
} from '@custos/contract';

/**
 * Words of this domain.
 *
 * - **overview**: the whole installation at a glance: what is watched, how it is, what is open.
 * - **overall status**: one word for all of it: healthy, warning, critical, or unknown when nothing is known.
 * - **degraded part**: a part of Custos itself that does not work as it should.
 */

export interface ProbeRow {
  readonly id: string;
  readonly name: string;
  readonly kind: ProbeKindName;
  readonly serviceId: string | null;
  readonly status: Status;
  readonly statusReason: string;
  readonly statusSince: number | null;
  readonly latencyMs: number | null;
  readonly uptimeDay: number | null;
  readonly beats: readonly BeatView[];
  /** Figures of the last result. */
  readonly values: Readonly<Record<string, number>>;
}

export interface ServiceRow {
  readonly id: string;
  readonly name: string;
  readonly criticality: Criticality;
  readonly status: Status;
  readonly statusReason: string;
  readonly statusSince: number | null;
  readonly uptime: UptimeView;
}

/** What the overview asks of the domains; joined in `app/wiring.ts`. */
export interface Sources {
  probes(): Promise<readonly ProbeRow[]>;
  services(): Promise<readonly ServiceRow[]>;
  openAlerts(): Promise<readonly AlertView[]>;
  recentAlerts(limit: number): Promise<readonly AlertView[]>;
  alertsSince(at: number): Promise<number>;
  deliveryCounts(): Promise<{
    delivered: number;
    failed: number;
    pending: number;
    p50LatencyMs: number | null;
  }>;
  activeUsers(): Promise<number>;
  series(probeId: string, value: string, points: number): Promise<SeriesView>;
  system(): Promise<SystemStatus>;
  traffic(): Traffic;
}

/** Requests that Custos answered within the last minute. */
export interface Traffic {
  readonly requestsPerSecond: number;
  readonly requestsPerMinute: number;
  readonly averageMs: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}
