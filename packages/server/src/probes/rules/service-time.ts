import type { Status } from '@custos/contract';
import type { ServiceState } from '../model.ts';
import { addHour, countInto, hourMs, type Counted, type Uptime } from './uptime.ts';

/** A longer stretch than this without counting means that Custos was not running, ms. */
const longestStretchMs = 5 * 60_000;

/** How time under a status counts. A blocked service does not serve, whoever's fault it is. */
const countsAs: Readonly<Record<Status, Counted | null>> = {
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  blocked: 'down',
  paused: null,
  maintenance: null,
  unknown: null,
};

export interface Accrued {
  readonly state: ServiceState;
  /** Present when an hour has ended. */
  readonly uptime: Uptime | undefined;
}

/** Counts the time since the last count under the present status. Time when nobody looked is not counted. */
export function accrue(
  { state, uptime }: { readonly state: ServiceState; readonly uptime: Uptime },
  now: number,
): Accrued {
  const elapsed = now - state.countedUntil;
  const as = countsAs[state.status];
  if (as === null || elapsed <= 0 || elapsed > longestStretchMs) {
    return { state: { ...state, countedUntil: now }, uptime: undefined };
  }
  // A stretch that crosses the full hour belongs to both.
  const border = Math.floor(now / hourMs) * hourMs;
  let hour = state.hour;
  let grown: Uptime | undefined;
  const add = (at: number, amount: number): void => {
    const counted = countInto(hour, at, { as, amount });
    hour = counted.running;
    if (counted.finished !== null) grown = addHour(grown ?? uptime, counted.finished);
  };
  if (state.countedUntil < border) {
    add(state.countedUntil, border - state.countedUntil);
    add(border, now - border);
  } else {
    add(now, elapsed);
  }
  return { state: { ...state, hour, countedUntil: now }, uptime: grown };
}
