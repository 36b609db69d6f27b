import { z } from 'zod';
import { reason } from './common.ts';

/** One sealed field of one event, to be shown. */
export const revealInput = z.strictObject({
  field: z.string().min(1).max(200),
  /** Why it has to be seen; part of the record. */
  reason,
});
export const revealed = z.object({ field: z.string(), value: z.unknown() });

/** Everything that the vault has of one person, to be destroyed. */
export const erasureInput = z.strictObject({
  subject: z.strictObject({
    tenant: z.string().min(1).max(100).nullable().default(null),
    type: z.string().min(1).max(64),
    id: z.string().min(1).max(200),
  }),
  reason,
});
export const erasureReport = z.object({
  keyDestroyed: z.boolean(),
  fields: z.number().int(),
  events: z.number().int(),
  byField: z.record(z.string(), z.number().int()),
  /** `sealed`: the old key may remain, sealed, in parts of the store that are not used any more. */
  traces: z.enum(['none', 'sealed']),
});
