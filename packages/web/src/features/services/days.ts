import type { DayRollupView } from '@custos/contract';

/**
 * The days of a service: of each day the worst that any of its probes had, since a service is down when a
 * part of it is. Shares, so that a probe that checks often does not outweigh one that checks seldom.
 */
export function worstOfDays(probes: readonly (readonly DayRollupView[])[]): DayRollupView[] {
  const worst = new Map<string, DayRollupView>();
  for (const rollup of probes.flat()) {
    const before = worst.get(rollup.day);
    worst.set(rollup.day, before === undefined ? rollup : worseOf(before, rollup));
  }
  return [...worst.values()].sort((one, other) => one.day.localeCompare(other.day));
}

function worseOf(one: DayRollupView, other: DayRollupView): DayRollupView {
  if (one.uptime === null || one.checks === 0) return other;
  if (other.uptime === null || other.checks === 0) return one;
  const [worse, better] = other.uptime < one.uptime ? [other, one] : [one, other];
  // The time that one was degraded counts also where another was down for longer.
  const degraded = Math.max(worse.degraded / worse.checks, better.degraded / better.checks) * worse.checks;
  return { ...worse, degraded: Math.min(worse.checks - worse.down, Math.round(degraded)) };
}
