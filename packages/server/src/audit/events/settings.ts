import { invalidInput, type FieldFault } from '../../base/errors.ts';
import { auditConstants, type AuditSettings, type ConstantName } from './constants.ts';
import { profiles, type ProfileName } from './profiles.ts';

const names = Object.keys(auditConstants) as ConstantName[];

/** Figures that count things: half an event has no meaning. */
const wholeUnits = new Set(['events', 'level', 'days', 'per hour']);

function faultOf(name: string, value: unknown): string | undefined {
  const constant = Object.hasOwn(auditConstants, name) ? auditConstants[name as ConstantName] : undefined;
  if (constant === undefined) return `is not known; the names are ${names.join(', ')}`;
  const { min, max, unit } = constant;
  if (typeof value !== 'number' || !(value >= min && value <= max)) return `must be ${min} to ${max} ${unit}`;
  if (wholeUnits.has(unit) && !Number.isInteger(value)) return 'must be a whole number';
  return undefined;
}

/**
 * The figures that are in force: the defaults, changed by a profile, changed by what is set. Raises
 * `invalid_input` that names every figure that is unknown, out of its range, or a warning that would come
 * after the critical.
 */
export function auditSettings(
  set: Readonly<Record<string, unknown>> = {},
  profile?: ProfileName,
): AuditSettings {
  const faults: FieldFault[] = [];
  for (const [name, value] of Object.entries(set)) {
    const message = faultOf(name, value);
    if (message !== undefined) faults.push({ field: name, message });
  }
  const defaults = Object.fromEntries(names.map((name) => [name, auditConstants[name].default]));
  const settings = {
    ...defaults,
    ...(profile === undefined ? {} : profiles[profile].settings),
    ...set,
  } as AuditSettings;
  for (const name of names.filter((each) => each.includes('_WARNING'))) {
    const critical = name.replace('_WARNING', '_CRITICAL') as ConstantName;
    if (settings[name] > settings[critical])
      faults.push({ field: name, message: `must not be above ${critical}` });
  }
  if (settings.RATE_LIMIT_BURST < settings.RATE_LIMIT_PER_SECOND / 10) {
    faults.push({ field: 'RATE_LIMIT_BURST', message: 'must be at least a tenth of RATE_LIMIT_PER_SECOND' });
  }
  if (faults.length > 0) throw invalidInput(faults, 'The settings of the audit log are not valid.');
  return settings;
}
