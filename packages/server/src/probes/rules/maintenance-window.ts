import { Cron } from 'croner';
import type { MaintenanceInput } from '@custos/contract';

/** One stretch of time, `[startsAt, endsAt)`, in ms. */
export interface Window {
  readonly startsAt: number;
  readonly endsAt: number;
}

type Recurring = Extract<MaintenanceInput['schedule'], { type: 'recurring' }>;

/**
 * Reads a recurring window's cron expression: five fields in an IANA zone. Raises the parser's error.
 *
 * Across a change of the clocks a fixed time keeps its local hour; one that falls into the skipped hour
 * starts when that hour would have begun, and one in the repeated hour starts once (Vixie cron's rule).
 */
export function parseRecurring({ cron, timeZone }: Recurring): Cron {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
}

/**
 * The window that is running at `now`, or else the next one; `undefined` when it is over for good.
 * A recurring start that falls into a running window prolongs nothing: windows of one plan do not add up.
 */
export function currentOrNextWindow(schedule: MaintenanceInput['schedule'], now: number): Window | undefined {
  if (schedule.type === 'once') {
    return now < schedule.endsAt ? { startsAt: schedule.startsAt, endsAt: schedule.endsAt } : undefined;
  }
  // The first start after `now - duration` is either still running or the next one.
  const start = parseRecurring(schedule).nextRun(new Date(now - schedule.durationMs));
  if (start === null) return undefined;
  const startsAt = start.getTime();
  return { startsAt, endsAt: startsAt + schedule.durationMs };
}

/** True when the window runs at `now`. */
export function isActive(window: Window | undefined, now: number): boolean {
  return window !== undefined && window.startsAt <= now && now < window.endsAt;
}
