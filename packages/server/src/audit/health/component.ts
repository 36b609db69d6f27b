import type { HealthContext, HealthStatus } from './types.ts';

/** What a look at a component found. */
export interface Reading {
  readonly value: number | null;
  /** In words, for people. */
  readonly message: string;
  readonly warning?: number | null;
  readonly critical?: number | null;
  /** In place of what follows from the value, where a value cannot say it. */
  readonly status?: HealthStatus;
}

/** One thing that is looked at. */
export interface ComponentDefinition {
  readonly name: string;
  readonly title: string;
  readonly unit: string | null;
  /** Name of its value among the figures of Custos's own probe and of `/metrics`, with the unit in it. */
  readonly figure: string | null;
  look(context: HealthContext): Promise<Reading> | Reading;
}

/** Above, not at: 500 waiting events are fine, 501 are a warning (row A13). */
export function levelOf({ value, warning, critical }: Reading): HealthStatus {
  if (value === null) return 'ok';
  if (critical !== undefined && critical !== null && value > critical) return 'critical';
  return warning !== undefined && warning !== null && value > warning ? 'warning' : 'ok';
}

const severity: Readonly<Record<HealthStatus, number>> = { ok: 0, unknown: 1, warning: 2, critical: 3 };

/** The worst of several. */
export function worstOf(statuses: readonly HealthStatus[]): HealthStatus {
  return statuses.reduce((worst, status) => (severity[status] > severity[worst] ? status : worst), 'ok');
}
