import { z } from 'zod';

/** An instant: RFC 3339 in UTC on the wire, milliseconds since the epoch in code. */
export const time = z
  .codec(z.iso.datetime({ offset: true }), z.number(), {
    decode: (text) => Date.parse(text),
    encode: (ms) => new Date(ms).toISOString(),
  })
  .meta({ type: 'string', format: 'date-time' });

/** The id of a resource, such as `prb_01jd3k9v2w7m4q8x5t6y1z0a2c`. */
export const id = z.string().min(1).max(64);

/** A name that people give: no control characters, trimmed, unique within its kind. */
export const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(120, 'must be at most 120 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');

/** Why somebody does something; part of the record. */
export const reason = z.string().trim().min(3, 'must say why, in at least 3 characters').max(500);

/** Label pairs; names as in Prometheus. */
export const labels = z
  .record(
    z
      .string()
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, 'must start with a letter or _ and hold letters, digits and _'),
    z.string().max(256),
  )
  .refine((pairs) => Object.keys(pairs).length <= 32, 'must have at most 32 labels');

/** Where a resource is kept: `configuration` is read-only in the dashboard. */
export const origin = z.enum(['configuration', 'dashboard', 'built-in']);
export type Origin = z.infer<typeof origin>;

/** What lists take: `cursor` from the page before, `limit` 1 to 500. */
export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** One page of a list; `nextCursor` is null on the last page. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** A page in code. */
export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

/** An error reply: RFC 9457 with a stable `code` and the fields at fault. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;

export const byId = z.object({ id });

/** The answer to a change that has nothing to say. */
export const done = z.object({ ok: z.literal(true) });

/** A kind of probe or channel as the dashboard's forms need it. */
export const kindDescription = z.object({
  kind: z.string(),
  title: z.string(),
  description: z.string(),
  /** JSON Schema (2020-12) of the kind's options; `secret: true` marks write-only fields. */
  schema: z.record(z.string(), z.unknown()),
});
export type KindDescription = z.infer<typeof kindDescription>;

/** The types of the schema library, for packages that reach it through this one only. */
export type { z } from 'zod';
