import { z } from 'zod';
import type { RetentionClass, Severity } from './types.ts';

/** Whose data a sensitive field is: it is sealed under that party's key and erased with that party. */
export type Whose = 'actor' | 'target';

/** How a type is told to systems that speak OCSF: a class, and the activity within it. */
export interface OcsfActivity {
  readonly class: 3001 | 3002 | 3003 | 3005 | 6003 | 6005;
  readonly activity: number;
}

/** How a type is told to systems that speak ECS: `event.category` and `event.type`. */
export interface EcsActivity {
  readonly category: readonly string[];
  readonly type: readonly string[];
}

/** One type of event, as data. */
export interface EventType {
  /** Such as `authentication.login`. */
  readonly type: string;
  /** Events of one category are listed together; the categories are those of the rows L4 and T4. */
  readonly category: string;
  readonly title: string;
  readonly retention: RetentionClass;
  /** The severity of an event that does not name one. */
  readonly severity: Severity;
  readonly details: z.ZodType;
  /**
   * Dotted paths of fields that never enter the leaf, such as `details.email`, and whose they are. The
   * fields in {@link alwaysSensitive} need not be named.
   */
  readonly sensitive?: Readonly<Record<string, Whose>>;
  readonly ocsf?: OcsfActivity;
  readonly ecs?: EcsActivity;
}

/** Personal data in the envelope of every type (GDPR article 4(1); recital 30 for addresses). */
export const alwaysSensitive: Readonly<Record<string, Whose>> = {
  address: 'actor',
  'actor.name': 'actor',
  'target.name': 'target',
};

/** Details of a type: these fields, and `extra` for whatever else is neither sensitive nor searched for. */
export function detailsOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, extra: z.record(z.string(), z.unknown()).optional() });
}

export const shortText = z
  .string('must be text')
  .min(1, 'must not be empty')
  .max(500, 'must be at most 500 characters');
export const longText = z.string('must be text').max(20_000, 'must be at most 20,000 characters');
export const count = z.int('must be a whole number').min(0, 'must not be negative');

/** Money is text: a binary fraction cannot hold 0.1. */
export const amount = z
  .string('must be a decimal number as text, such as "12.50"')
  .regex(/^-?\d{1,30}(\.\d{1,18})?$/, 'must be a decimal number as text, such as "12.50"');

/** ISO 4217, or the symbol of a token. */
export const currency = z
  .string('must be text')
  .regex(/^[A-Z][A-Z0-9]{1,11}$/, 'must be a currency such as EUR or USDC');

/** Any JSON, and there. */
export const present = z.unknown().refine((value) => value !== undefined, 'must be given');
