import { z } from 'zod';
import { invalidInput } from '../../base/errors.ts';
import { resolveKind, type DefinedKind } from '../queue/kinds.ts';
import type { Schedule, Timing } from '../types.ts';
import { calendarOf, type Calendar } from './calendar.ts';

/** A schedule with its defaults, its calendar, and the kind of its jobs. */
export interface ResolvedSchedule extends DefinedKind {
  readonly name: string;
  readonly timing: Timing;
  readonly calendar: Calendar;
  readonly overlap: 'skip' | 'queue' | 'replace';
  readonly catchUp: 'once' | 'none';
  readonly toleranceMs: number;
}

/** Checks a schedule; raises `invalid_input` that names the field at fault. */
export function resolveSchedule(schedule: Schedule): ResolvedSchedule {
  const { name, overlap = 'skip', catchUp = 'once', toleranceMs = 60_000 } = schedule;
  if (!/^[\w.:-]{1,100}$/.test(name)) {
    throw invalidInput([
      { field: 'name', message: 'Must be 1 to 100 letters, digits, ".", "_", ":" or "-".' },
    ]);
  }
  if (!Number.isSafeInteger(toleranceMs) || toleranceMs < 0) {
    throw invalidInput([{ field: 'toleranceMs', message: 'Must be whole ms, from 0.' }]);
  }
  const timing: Timing =
    schedule.cron === undefined
      ? { everyMs: schedule.everyMs }
      : { cron: schedule.cron, timeZone: schedule.timeZone ?? 'UTC' };
  const kind = resolveKind({
    kind: `schedule:${name}`,
    schema: z.null(),
    run: (_payload, context) => schedule.run(context),
    retry: { maxAttempts: 3, ...schedule.retry },
    timeoutMs: schedule.timeoutMs ?? 600_000,
    concurrency: 1,
  });
  return {
    ...kind,
    schedule: name,
    name,
    timing,
    calendar: calendarOf(timing),
    overlap,
    catchUp,
    toleranceMs,
  };
}
