import type { AuditLog } from '../audit/types.ts';
import { unavailable } from '../base/errors.ts';

/** An audit log that exists before the one that it stands for does. */
export function lateAudit(): AuditLog & { become(audit: AuditLog): void } {
  let present: AuditLog | undefined;
  return {
    async append(event, tx) {
      if (present === undefined) throw unavailable('audit_unavailable', 'The audit log is not open yet.');
      await present.append(event, tx);
    },
    become: (audit) => void (present = audit),
  };
}
