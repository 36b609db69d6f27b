import { z } from 'zod';
import { textLimits } from './limits.ts';
import { outcomes, severities } from './types.ts';

/** A form that a text must have besides. */
interface TextForm {
  readonly pattern: RegExp;
  readonly message: string;
}

const printable = /^[ -~]+$/;
/** No control characters, which no reader shows and some misread, and no half of a surrogate pair. */
const readable = /^[^\p{Cc}\p{Cs}]+$/u;

/** What is wrong with a text of the envelope. */
function textFaults(value: string, max: number, form: TextForm | undefined): string[] {
  if (value === '') return ['must not be empty'];
  const faults: string[] = [];
  if (value.length > max) faults.push(`must be at most ${max} characters`);
  if (!value.isWellFormed()) faults.push('must be well-formed Unicode');
  if (/\p{Cc}/u.test(value)) faults.push('must not contain control characters');
  if (form !== undefined && !form.pattern.test(value)) faults.push(form.message);
  return faults;
}

/** Text of the envelope. One check and not four: events have ten of these, and come by the ten thousand. */
const text = (max: number, form?: TextForm) =>
  z.string('must be text').check((context) => {
    const { value, issues } = context;
    const isFit =
      value.length <= max &&
      (printable.test(value) || readable.test(value)) &&
      (form === undefined || form.pattern.test(value));
    if (isFit) return;
    for (const message of textFaults(value, max, form))
      issues.push({ code: 'custom', message, input: value });
  });

const instant = z.iso
  .datetime({ offset: true, error: 'must be an RFC 3339 time such as 2026-01-31T08:30:00.000Z' })
  .transform((value) => new Date(value).toISOString())
  // Offsets can lead out of the years that RFC 3339 has; ECMAScript writes those with a sign.
  .refine((value) => /^\d/.test(value), 'must be in the years 0000 to 9999');

const party = z.strictObject({
  type: text(textLimits.partyType, {
    pattern: /^[a-z][a-z0-9-]*$/,
    message: 'must be small letters, digits and -, such as user',
  }),
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
  id: text(textLimits.id, {
    pattern: /^[A-Za-z0-9._:-]+$/,
    message: 'must be letters, digits and ._:-',
  }).optional(),
  time: instant.optional(),
  type: text(textLimits.type, {
    pattern: dottedName,
    message: 'must be words in small letters joined by dots, such as draw.result-change',
  }),
  action: text(textLimits.action, {
    pattern: dottedName,
    message: 'must be noun.verb in small letters, such as probe.delete',
  }).optional(),
  outcome: z.enum(outcomes, { error: `must be one of ${outcomes.join(', ')}` }),
  severity: z.enum(severities, { error: `must be one of ${severities.join(', ')}` }).optional(),
  source: text(textLimits.source).optional(),
  actor: party,
  target: party.optional(),
  tenant: text(textLimits.tenant).optional(),
  traceId: text(textLimits.traceId).optional(),
  requestId: text(textLimits.requestId).optional(),
  address: text(textLimits.address).optional(),
  // Taken as it is; the schema of the type looks into it, and only JSON can be written.
  details: z
    .custom<Record<string, unknown>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
      'must be an object',
    )
    .default({}),
});
export type EventInput = z.infer<typeof eventInput>;
