import type { z } from 'zod';
import type { FieldFault } from '../base/errors.ts';
import type { ProbeKind } from './kinds/kind.ts';
import { findCycle } from './rules/dependencies.ts';
import { parseRecurring } from './rules/maintenance-window.ts';
import type { MaintenanceDefinition, ServiceDefinition } from './types.ts';

export type Options = Readonly<Record<string, unknown>>;

/** Words a finding of the schema library for people who never saw the schema. */
function words(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') {
    if (/received undefined/.test(issue.message)) return 'is required';
    return `must be ${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`;
  }
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  return issue.message;
}

/** The findings of a schema as field faults under `prefix`. */
function faultsOf(error: z.ZodError, prefix: string): readonly FieldFault[] {
  return error.issues.flatMap((issue) => {
    const path = [prefix, ...issue.path.map(String)].filter((part) => part !== '').join('.');
    if (issue.code !== 'unrecognized_keys') return [{ field: path, message: words(issue) }];
    return issue.keys.map((key) => ({ field: `${path}.${key}`, message: 'is not an option of this kind' }));
  });
}

export interface ParsedOptions {
  /** What is stored as it is and shown. */
  readonly open: Options;
  /** What is sealed; only what the kind calls a secret. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly faults: readonly FieldFault[];
}

/** Checks options, secrets in their places, against their kind. */
export function parseOptions(kind: ProbeKind, options: Options, prefix: string): ParsedOptions {
  const parsed = kind.options.safeParse(options);
  if (!parsed.success) return { open: {}, secrets: {}, faults: faultsOf(parsed.error, prefix) };
  const open: Record<string, unknown> = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed.data)) {
    if (value === undefined) continue;
    if (kind.secretFields.includes(name) && typeof value === 'string') secrets[name] = value;
    else open[name] = value;
  }
  return { open, secrets, faults: [] };
}

/** True for what the API shows in place of a secret; sent back it means "as it was". */
function isSecretMark(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;
}

/**
 * Merges changed options into the present ones by key. Null removes an option, so does `undefined`; the
 * mark of a secret leaves it as it was.
 */
export function mergeOptions(present: Options, changed: Options): Options {
  const merged: Record<string, unknown> = { ...present };
  for (const [name, value] of Object.entries(changed)) {
    if (isSecretMark(value)) continue;
    if (value === null || value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** A fault when `window > count` does not hold for N of M. */
export function streakFaults(
  { failureCount, failureWindow }: { readonly failureCount: number; readonly failureWindow: number },
  prefix: string,
): readonly FieldFault[] {
  if (failureCount <= failureWindow) return [];
  return [
    {
      field: `${prefix}failureCount`,
      message: `must be at most failureWindow (${failureWindow}): so many failures cannot be among fewer checks`,
    },
  ];
}

/** A fault when the services depend on each other in a circle. */
export function cycleFaults(services: readonly ServiceDefinition[], field: string): readonly FieldFault[] {
  const cycle = findCycle(services);
  if (cycle === undefined) return [];
  const names = cycle.map((id) => services.find((service) => service.id === id)?.name ?? id);
  return [{ field, message: `must not go in a circle: ${names.join(' → ')}` }];
}

type MaintenancePlan = Pick<MaintenanceDefinition, 'schedule' | 'serviceIds' | 'probeIds' | 'everything'>;

export function maintenanceFaults(plan: MaintenancePlan, prefix: string): readonly FieldFault[] {
  const faults: FieldFault[] = [];
  const { schedule } = plan;
  if (schedule.type === 'once') {
    if (schedule.endsAt <= schedule.startsAt) {
      faults.push({ field: `${prefix}schedule.endsAt`, message: 'must be after the start' });
    }
  } else if (!isTimeZone(schedule.timeZone)) {
    faults.push({
      field: `${prefix}schedule.timeZone`,
      message: 'must be an IANA time zone such as Europe/Berlin',
    });
  } else {
    try {
      // Asked from a fixed instant: what never falls due then, such as 30 February, never does.
      if (parseRecurring(schedule).nextRun(new Date(0)) === null) {
        faults.push({
          field: `${prefix}schedule.cron`,
          message: 'must fall due at some time; it never does',
        });
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      faults.push({
        field: `${prefix}schedule.cron`,
        message: `must be a cron expression of five fields such as "0 2 * * 6" (${why})`,
      });
    }
  }
  if (!plan.everything && plan.serviceIds.length === 0 && plan.probeIds.length === 0) {
    faults.push({
      field: `${prefix}serviceIds`,
      message: 'must name a service or a probe, or say everything',
    });
  }
  return faults;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Faults for ids that do not exist; `field` is the list. */
export function unknownIds(
  ids: readonly string[],
  known: ReadonlySet<string>,
  { field, what }: { readonly field: string; readonly what: string },
): readonly FieldFault[] {
  return ids.flatMap((id, index) =>
    known.has(id) ? [] : [{ field: `${field}.${index}`, message: `there is no ${what} "${id}"` }],
  );
}
