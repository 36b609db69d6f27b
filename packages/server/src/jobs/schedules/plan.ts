import type { Calendar } from './calendar.ts';

export interface Planned {
  readonly nextAt: number;
  /** The due time, or the moment, from which `nextAt` was computed. */
  readonly plannedFrom: number;
}

export interface PlanRules {
  readonly toleranceMs: number;
  readonly catchUp: 'once' | 'none';
}

/** What a schedule owes at a moment, and when it falls due next. */
export interface Plan extends Planned {
  /** The due time to run for now; several that passed together become one run, for the latest. */
  readonly fire?: { readonly dueAt: number; readonly late: boolean };
  readonly missed?: {
    readonly firstDueAt: number;
    readonly lastDueAt: number;
    readonly count: number;
    readonly caughtUp: boolean;
  };
}

/** After long downtime of a fast schedule the due times are counted up to here. */
const mostCounted = 100;

/** The first plan of a schedule: nothing is owed for the time before it was known. */
export function firstPlan(calendar: Calendar, now: number): Planned {
  return { nextAt: calendar.after(now, now), plannedFrom: now };
}

/**
 * Decides what to do at `now`; `undefined` when there is nothing to do.
 *
 * A clock set back by less than the schedule's own period repeats no due time: the next one stays. Set
 * back by more, it is taken as a correction, and the schedule is planned from the new time (the rule of
 * Vixie cron, which draws the line at three hours for every job). A clock set forward looks like downtime.
 */
export function plan(
  calendar: Calendar,
  { nextAt, plannedFrom, now }: Planned & { readonly now: number },
  rules: PlanRules,
): Plan | undefined {
  const setBackBy = plannedFrom - now;
  if (setBackBy > 0 && setBackBy >= nextAt - plannedFrom) return firstPlan(calendar, now);
  if (nextAt > now) return undefined;

  const due = [nextAt];
  for (let last = nextAt; due.length < mostCounted; due.push(last)) {
    last = calendar.after(last, plannedFrom);
    if (last > now) break;
  }
  const counted = due.at(-1) ?? nextAt;
  const latest = due.length < mostCounted ? counted : Math.max(counted, calendar.latest(now, plannedFrom));

  const isLate = (time: number): boolean => now - time > rules.toleranceMs;
  const late = due.filter(isLate);
  const runs = rules.catchUp === 'once' || !isLate(latest);
  return {
    nextAt: calendar.after(now, plannedFrom),
    plannedFrom: latest,
    ...(runs ? { fire: { dueAt: latest, late: isLate(latest) } } : {}),
    ...(late.length === 0
      ? {}
      : {
          missed: {
            firstDueAt: nextAt,
            lastDueAt: isLate(latest) ? latest : (late.at(-1) ?? nextAt),
            count: late.length,
            caughtUp: rules.catchUp === 'once',
          },
        }),
  };
}
