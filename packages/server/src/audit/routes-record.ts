import type { FastifyRequest } from 'fastify';
import { unavailable } from '../base/errors.ts';
import { actorOf } from '../http/audit-hook.ts';
import type { AuditEvent, AuditLog } from './types.ts';

/** What is to be put on record of a request; who and from where follows from the request. */
export type RequestRecord = Pick<AuditEvent, 'action'> &
  Partial<Pick<AuditEvent, 'type' | 'target' | 'outcome' | 'details'>>;

/** Puts on record what a request is about to be shown. Raises `audit_unavailable`; then nothing is shown. */
export async function recordRequest(
  audit: AuditLog,
  request: FastifyRequest,
  { action, type, target, outcome, details }: RequestRecord,
): Promise<void> {
  try {
    await audit.append({
      ...(type === undefined ? {} : { type }),
      actor: actorOf(request.identity),
      action,
      target: target ?? null,
      outcome: outcome ?? 'succeeded',
      address: request.ip,
      requestId: request.id,
      details: details ?? {},
    });
  } catch (error) {
    throw unavailable('audit_unavailable', 'Reading the audit log could not be recorded.', error);
  }
}

/** True when the caller may read personal data in what is not sealed. */
export function seesPersonalData({ identity }: FastifyRequest): boolean {
  return identity?.permissions.has('pii.read') === true;
}
