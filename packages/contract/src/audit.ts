import { z } from 'zod';
import { time } from './common.ts';

export const auditOutcome = z.enum(['attempted', 'succeeded', 'failed', 'denied']);

export const auditEvent = z.object({
  id: z.string(),
  time,
  actor: z.object({
    type: z.enum(['user', 'token', 'system', 'anonymous']),
    id: z.string(),
    name: z.string(),
  }),
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string() }).nullable(),
  outcome: auditOutcome,
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEventView = z.infer<typeof auditEvent>;
export const auditQuery = z.object({
  actor: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  outcome: auditOutcome.optional(),
  from: time.optional(),
  to: time.optional(),
});
