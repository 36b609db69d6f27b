import { z } from 'zod';
import { time } from './common.ts';

/** One component of the audit log's health with its thresholds (row A13). */
export const auditHealthComponent = z.object({
  name: z.string(),
  title: z.string(),
  status: z.enum(['ok', 'warning', 'critical', 'unknown']),
  message: z.string(),
  value: z.number().nullable(),
  unit: z.string().nullable(),
  warning: z.number().nullable(),
  critical: z.number().nullable(),
});
export const auditHealth = z.object({
  status: z.enum(['ok', 'warning', 'critical', 'unknown']),
  checkedAt: time,
  components: z.array(auditHealthComponent),
});
export type AuditHealthView = z.infer<typeof auditHealth>;
