import { auditEvent, auditQuery, pageOf, pageQuery } from '@custos/contract';
import { unavailable } from '../base/errors.ts';
import { actorOf } from '../http/audit-hook.ts';
import { decodeCursor, encodeCursor } from '../http/paging.ts';
import type { Routes } from '../http/types.ts';
import type { Audit } from './service.ts';

/**
 * `GET /api/v1/audit/events`. Reading the log is on record too, as one event per page with the filter and
 * the number of events shown; without that record nothing is shown.
 */
export function auditRoutes(audit: Audit): Routes {
  return async (app) => {
    app.route({
      method: 'GET',
      url: '/api/v1/audit/events',
      config: { access: 'audit.read' },
      schema: {
        summary: 'The audit log, newest first',
        description: 'Each page that is read is itself recorded, as `audit.read`.',
        querystring: auditQuery.extend(pageQuery.shape),
        response: { 200: pageOf(auditEvent) },
      },
      handler: async (request) => {
        const { cursor, limit, ...filter } = request.query;
        const before = cursor === undefined ? null : decodeCursor(cursor, ['number'])[0];
        const page = await audit.list(filter, { before, limit });
        try {
          await audit.append({
            actor: actorOf(request.identity),
            action: 'audit.read',
            target: null,
            outcome: 'succeeded',
            address: request.ip,
            requestId: request.id,
            details: { ...filter, before, events: page.events.length },
          });
        } catch (error) {
          throw unavailable('audit_unavailable', 'Reading the audit log could not be recorded.', error);
        }
        return {
          items: page.events,
          nextCursor: page.before === null ? null : encodeCursor([page.before]),
        };
      },
    });
  };
}
