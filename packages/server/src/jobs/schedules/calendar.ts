import { Cron } from 'croner';
import { invalidInput, messageOf } from '../../base/errors.ts';
import type { Timing } from '../types.ts';

/** When something falls due. Pure: it knows no present. */
export interface Calendar {
  /** The first due time after `time`. An interval counts from `anchor`; cron does not look at it. */
  after(time: number, anchor: number): number;
  /** The latest due time that is not after `time`. */
  latest(time: number, anchor: number): number;
}

const shortestIntervalMs = 100;
const never = Number.MAX_SAFE_INTEGER;

/**
 * Returns the calendar of a cron expression or an interval; raises `invalid_input` for one that cannot be
 * read or that never falls due.
 *
 * Daylight saving is croner's (as Vixie cron's): a fixed time that the clocks skip is due right after the
 * gap, a fixed time that comes twice is due once, and repeating times keep their pace through both.
 */
export function calendarOf(timing: Timing): Calendar {
  return 'cron' in timing ? cronCalendar(timing.cron, timing.timeZone ?? 'UTC') : interval(timing.everyMs);
}

function interval(everyMs: number): Calendar {
  if (!Number.isSafeInteger(everyMs) || everyMs < shortestIntervalMs) {
    throw invalidInput([{ field: 'everyMs', message: `Must be whole ms, from ${shortestIntervalMs}.` }]);
  }
  const latest = (time: number, anchor: number): number =>
    anchor + Math.floor((time - anchor) / everyMs) * everyMs;
  return { latest, after: (time, anchor) => latest(time, anchor) + everyMs };
}

function cronCalendar(expression: string, timeZone: string): Calendar {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    const message = `"${timeZone}" is not an IANA time zone such as "Europe/Berlin".`;
    throw invalidInput([{ field: 'timeZone', message }]);
  }
  const cron = parse(expression, timeZone);
  const after = (time: number): number => cron.nextRun(new Date(time))?.getTime() ?? never;
  if (after(0) === never)
    throw invalidInput([{ field: 'cron', message: `"${expression}" never falls due.` }]);
  return {
    after,
    latest: (time) => {
      const wholeSecond = Math.floor(time / 1000) * 1000;
      return cron.previousRuns(1, new Date(wholeSecond + 999))[0]?.getTime() ?? 0;
    },
  };
}

function parse(expression: string, timezone: string): Cron {
  // croner also takes a date for a job that runs once; a schedule is something that comes again.
  const fields = expression.trim().split(/\s+/).length;
  const nickname = /^@(yearly|annually|monthly|weekly|daily|hourly)$/.test(expression);
  try {
    if (fields !== 5 && fields !== 6 && !nickname)
      throw new Error('it needs five fields, or six with seconds');
    return new Cron(expression, { timezone, paused: true });
  } catch (error) {
    const message = `"${expression}" is not a cron expression: ${messageOf(error)}.`;
    throw invalidInput([{ field: 'cron', message }]);
  }
}
