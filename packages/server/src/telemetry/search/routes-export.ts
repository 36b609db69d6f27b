import { Readable } from 'node:stream';
import { logExportQuery, logSqlAnswer, logSqlInput, personalDataPermission } from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { unavailable } from '../../base/errors.ts';
import type { AuditEvent, AuditLog } from '../../audit/types.ts';
import { actorOf } from '../../http/audit-hook.ts';
import { httpError } from '../../http/problem.ts';
import type { Routes } from '../../http/types.ts';
import { exportTexts, fileOf } from './export-text.ts';
import { maskRecord } from './personal.ts';
import type { LogSearch } from './service.ts';

async function putOnRecord(
  audit: AuditLog,
  request: FastifyRequest,
  event: Pick<AuditEvent, 'action' | 'outcome'> & Partial<Pick<AuditEvent, 'type' | 'details'>>,
): Promise<void> {
  try {
    await audit.append({
      ...event,
      actor: actorOf(request.identity),
      target: null,
      address: request.ip,
      requestId: request.id,
    });
  } catch (error) {
    throw unavailable('audit_unavailable', 'Reading logs could not be recorded.', error);
  }
}

/**
 * Taking logs out: a file of what a search finds, and SQL. Both are on record before their first row; without
 * that record nothing leaves.
 */
export function logExportRoutes(
  search: Pick<LogSearch, 'scope' | 'total' | 'exportRows' | 'sql'>,
  audit: AuditLog,
): Routes {
  return async (app) => {
    app.get(
      '/api/v1/logs/export',
      {
        config: {
          access: 'data.export',
          rateClass: 'export',
          approval: 'bulk-export',
          // Nobody is to approve what will be refused.
          approvalWhen: ({ identity }) => identity?.permissions.has('log.read') === true,
        },
        schema: {
          summary: 'What a search finds, as a file',
          description: 'Needs the permission to read logs as well. Is on record as `data.export`.',
          querystring: logExportQuery,
          response: { 200: z.any() },
        },
      },
      async (request, reply) => {
        const { format, ...query } = request.query;
        const { identity } = request;
        if (identity?.permissions.has('log.read') !== true) throw httpError(403, 'forbidden');
        const scope = search.scope(query);
        await putOnRecord(audit, request, {
          action: 'log.export',
          type: 'data.export',
          outcome: 'succeeded',
          details: { resource: 'logs', format, recordCount: await search.total(scope) },
        });
        const text = exportTexts[format];
        const records = search.exportRows(scope);
        const mayRead = identity.permissions.has(personalDataPermission);
        const line = mayRead
          ? text.line
          : (record: Parameters<typeof text.line>[0]) => text.line(maskRecord(record));
        return reply
          .header('content-disposition', `attachment; filename="logs.${text.extension}"`)
          .type(text.mediaType)
          .send(Readable.from(fileOf(records, { ...text, line }), { objectMode: false }));
      },
    );

    app.post(
      '/api/v1/logs/sql',
      {
        config: { access: 'log.sql', audit: 'log.sql', rateClass: 'export' },
        schema: {
          summary: 'Ask logs and spans in SQL',
          description:
            'One SELECT over `log_record` and `span`. Since SQL can take values apart, it needs the permission to ' +
            'see personal data as well. The statement is on record as `data.access`.',
          body: logSqlInput,
          response: { 200: logSqlAnswer },
        },
      },
      async (request) => {
        const { sql } = request.body;
        if (request.identity?.permissions.has(personalDataPermission) !== true) {
          throw httpError(
            403,
            'forbidden',
            'SQL shows records as they are: it needs the permission pii.read, too.',
          );
        }
        const record = (outcome: 'attempted' | 'succeeded', recordCount: number): Promise<void> =>
          putOnRecord(audit, request, {
            action: 'log.query',
            type: 'data.access',
            outcome,
            details: { resource: 'logs', query: sql, recordCount },
          });
        await record('attempted', 0);
        const answer = await search.sql(sql);
        await record('succeeded', answer.rows.length);
        return answer;
      },
    );
  };
}
