import type { AuditLog } from '../audit/types.ts';
import { CustosError, unavailable } from '../base/errors.ts';

/** The audit log for acts that are not done without a record: its failure is `audit_unavailable` (503). */
export function requiredAudit(audit: AuditLog): AuditLog {
  return {
    async append(event, tx) {
      try {
        await audit.append(event, tx);
      } catch (error) {
        if (error instanceof CustosError) throw error;
        throw unavailable(
          'audit_unavailable',
          'No audit record could be written, so nothing was done.',
          error,
        );
      }
    },
  };
}
