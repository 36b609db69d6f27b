import type { FastifyRequest } from 'fastify';
import type { Identity } from '../access/types.ts';
import { messageOf, unavailable } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AuditEntry, AuditPort, Server } from './types.ts';

/** The actor of a record: the token or the user behind the request, or nobody known. */
export function actorOf(identity: Identity | null): AuditEntry['actor'] {
  if (identity === null) return { type: 'anonymous', id: '', name: 'anonymous' };
  const id = identity.kind === 'token' ? (identity.tokenId ?? identity.userId) : identity.userId;
  return { type: identity.kind, id, name: identity.name };
}

function targetOf(request: FastifyRequest, action: string): AuditEntry['target'] {
  if (request.auditTarget !== null) return request.auditTarget;
  const id = (request.params as { id?: unknown } | null)?.id;
  if (typeof id !== 'string') return null;
  return { type: action.split('.')[0] ?? action, id };
}

/**
 * Puts privileged acts on record: `attempted` after permission and validation and before the handler,
 * then `succeeded` or `failed` before the answer leaves. Without the first the handler never runs; without
 * the second the caller is told so (`audit_unavailable`) instead of being told that all is well.
 */
export function installAuditHook(app: Server, { audit, log }: { audit: AuditPort; log: Logger }): void {
  /** Requests whose attempt is on record and whose outcome is not. */
  const open = new WeakSet<FastifyRequest>();

  async function record(
    request: FastifyRequest,
    outcome: AuditEntry['outcome'],
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const action = request.routeOptions.config.audit ?? '';
    await audit.append({
      actor: actorOf(request.identity),
      action,
      target: targetOf(request, action),
      outcome,
      address: request.ip,
      requestId: request.id,
      details,
    });
  }

  app.decorateRequest('auditTarget', null);
  app.decorateRequest('auditDetails');
  app.addHook('onRequest', async (request) => {
    request.auditDetails = {};
  });

  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.audit === undefined || request.is404) return;
    try {
      await record(request, 'attempted', request.auditDetails);
    } catch (error) {
      throw unavailable('audit_unavailable', 'No audit record could be written, so nothing was done.', error);
    }
    open.add(request);
  });

  app.addHook('onSend', async (request, reply, payload) => {
    if (!open.delete(request)) return payload;
    const failed = reply.statusCode >= 400;
    const details = failed ? { ...request.auditDetails, status: reply.statusCode } : request.auditDetails;
    try {
      await record(request, failed ? 'failed' : 'succeeded', details);
    } catch (error) {
      log.error({ requestId: request.id, reason: messageOf(error) }, 'an outcome could not be recorded');
      throw unavailable(
        'audit_unavailable',
        'The attempt is on record and its outcome could not be: check whether it was done.',
        error,
      );
    }
    return payload;
  });
}
