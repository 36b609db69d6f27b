import { z } from 'zod';
import { reason } from './common.ts';

/** Evidence for others: a ZIP archive that verifies offline, without Custos. */
export const evidenceInput = z.strictObject({
  eventIds: z.array(z.string().min(1).max(64)).min(1).max(10_000),
  /** Sealed fields to disclose, such as `address`; needs the permission to see personal data. */
  fields: z.array(z.string().min(1).max(200)).max(64).default([]),
  reason,
});
