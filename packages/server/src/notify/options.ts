import type { z } from 'zod';
import { invalidInput } from '../base/errors.ts';
import { isSealed } from '../storage/secrets/fields.ts';
import type { AnyChannelKind } from './types.ts';

export type Values = Readonly<Record<string, unknown>>;

/** What stands for a secret in replies, and in requests for "leave it as it is". */
const secretMark = { secret: true } as const;

function isSecretMark(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { secret?: unknown }).secret === true;
}

/** Reads options by the kind's schema. Raises `invalid_input` naming `options.<field>`. */
export function parseOptions(kind: AnyChannelKind, values: Values, prefix = 'options'): Values {
  const known = Object.keys(kind.options.shape);
  const unknown = Object.keys(values).filter((name) => !known.includes(name));
  const parsed = kind.options.safeParse(values);
  const faults = unknown.map((name) => ({
    field: `${prefix}.${name}`,
    message: `is not an option of ${kind.kind}; the options are ${known.join(', ') || 'none'}`,
  }));
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => faultOf(issue, { prefix, values })));
  }
  if (faults.length > 0 || !parsed.success) {
    throw invalidInput(faults, 'The options of the channel are not valid.');
  }
  return parsed.data;
}

function faultOf(issue: z.core.$ZodIssue, { prefix, values }: { prefix: string; values: Values }) {
  const [first] = issue.path;
  const missing =
    issue.code === 'invalid_type' && issue.path.length === 1 && values[String(first)] === undefined;
  return { field: [prefix, ...issue.path].join('.'), message: missing ? 'must be given' : issue.message };
}

/**
 * Lays a change over what is there: a field that is absent or a secret's mark stays, null takes a field
 * away, anything else replaces it.
 */
export function mergeOptions(present: Values, change: Values): Values {
  const merged: Record<string, unknown> = { ...present };
  for (const [name, value] of Object.entries(change)) {
    if (isSecretMark(value)) continue;
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** Parsed options with null for every secret that is not set, which is how sealing learns to remove it. */
export function withAbsentSecrets(kind: AnyChannelKind, values: Values): Values {
  const absent = kind.secretFields.filter((name) => (values[name] ?? '') === '');
  return { ...values, ...Object.fromEntries(absent.map((name) => [name, null])) };
}

/** Stored options as the API shows them: a mark in the place of each secret that is set. */
export function showOptions(stored: Values): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(stored).map(([name, value]) => [name, isSealed(value) ? secretMark : value]),
  );
}

/** The secret values among options, for taking them out of texts. */
export function secretValues(kind: AnyChannelKind, values: Values): string[] {
  return kind.secretFields.flatMap((name) => {
    const value = values[name];
    return typeof value === 'string' ? [value] : [];
  });
}
