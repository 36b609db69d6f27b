import type { Status } from '@custos/contract';
import type { Condition } from './streak.ts';

export interface Weighed {
  readonly paused: boolean;
  readonly inMaintenance: boolean;
  readonly blocked: boolean;
  readonly condition: Condition;
}

/** Weighs what is known into one status: paused > maintenance > blocked > down > degraded > up > unknown. */
export function weigh({ paused, inMaintenance, blocked, condition }: Weighed): Status {
  if (paused) return 'paused';
  if (inMaintenance) return 'maintenance';
  if (blocked) return 'blocked';
  return condition;
}

const weights: Readonly<Record<Condition, number>> = { down: 3, degraded: 2, up: 1, unknown: 0 };

/** The condition of a group: the worst of its members; unknown when none is known. */
export function worst(conditions: readonly Condition[]): Condition {
  return conditions.reduce<Condition>(
    (found, condition) => (weights[condition] > weights[found] ? condition : found),
    'unknown',
  );
}
