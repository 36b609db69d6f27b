import { z } from 'zod';
import { reason, time } from './common.ts';

/** What is kept although it expires: what was received in a time, in some or all logs (`null`). */
export const legalHoldInput = z.strictObject({
  logs: z.array(z.string().min(1).max(64)).min(1).nullable().default(null),
  from: time.nullable().default(null),
  to: time.nullable().default(null),
  reason,
});
export const legalHold = z.object({
  id: z.string(),
  logs: z.array(z.string()).nullable(),
  from: time.nullable(),
  to: time.nullable(),
  reason: z.string(),
  placedBy: z.string(),
  placedAt: time,
  releasedBy: z.string().nullable(),
  releasedAt: time.nullable(),
});
export type LegalHoldView = z.infer<typeof legalHold>;
