import { z } from 'zod';
import { textLimits } from './limits.ts';
import { outcomes, severities } from './types.ts';

/** Text of the envelope: not empty, no control characters, which no reader shows and some misread. */
const text = (max: number) =>
  z
    .string('must be text')
    .min(1, 'must not be empty')
    .max(max, `must be at most ${max} characters`)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
    .regex(/^\P{Cc}*$/u, 'must not contain control characters');

const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-01-31T08:30:00.000Z' })
  .transform((value) => new Date(value).toISOString())
  // Offsets can lead out of the years that RFC 3339 has; ECMAScript writes those with a sign.
  .refine((value) => /^\d/.test(value), 'must be in the years 0000 to 9999');

const party = z.strictObject({
  type: text(textLimits.partyType).regex(
    /^[a-z][a-z0-9-]*$/,
    'must be small letters, digits and -, such as user',
  ),
  id: text(textLimits.partyId),
  name: text(textLimits.partyName).optional(),
});

/** Names of types and actions: words in small letters joined by dots. */
export const dottedName = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;

/**
 * An event as a source sends it. Left out: `id` (made), `time` (now), `action` (the type), `severity` (the
 * type's own), `source` (the caller's own); `receivedTime` is never taken from a caller.
 */
export const eventInput = z.strictObject({
  id: text(textLimits.id)
    .regex(/^[A-Za-z0-9._:-]+$/, 'must be letters, digits and ._:-')
    .optional(),
  time: instant.optional(),
  type: text(textLimits.type).regex(
    dottedName,
    'must be words in small letters joined by dots, such as draw.result-change',
  ),
  action: text(textLimits.action)
    .regex(dottedName, 'must be noun.verb in small letters, such as probe.delete')
    .optional(),
  outcome: z.enum(outcomes, { error: `must be one of ${outcomes.join(', ')}` }),
  severity: z.enum(severities, { error: `must be one of ${severities.join(', ')}` }).optional(),
  source: text(textLimits.source).optional(),
  actor: party,
  target: party.optional(),
  tenant: text(textLimits.tenant).optional(),
  traceId: text(textLimits.traceId).optional(),
  requestId: text(textLimits.requestId).optional(),
  address: text(textLimits.address).optional(),
  details: z.record(z.string(), z.unknown(), { error: 'must be an object' }).default({}),
});
export type EventInput = z.infer<typeof eventInput>;
