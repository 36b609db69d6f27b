import { apiToken, apiTokenMade, byId, done, pageOf, pageQuery, tokenCreate } from '@custos/contract';
import type { Routes } from '../http/types.ts';
import { callerOf } from './request-context.ts';
import type { Access } from './service.ts';

/** API tokens: one's own, and everybody's for those with `token.manage`. */
export function tokenRoutes(access: Access): Routes {
  return async (app) => {
    app.get(
      '/api/v1/tokens',
      {
        schema: { querystring: pageQuery, response: { 200: pageOf(apiToken) } },
        config: { access: 'token.own' },
      },
      async (request) => access.tokens.list(callerOf(request), request.query),
    );

    app.post(
      '/api/v1/tokens',
      {
        schema: { body: tokenCreate, response: { 201: apiTokenMade } },
        config: { access: 'token.own', audit: 'token.create' },
      },
      async (request, reply) => {
        const { permissions, expiresInDays, addresses } = request.body;
        Object.assign(request.auditDetails, { permissions, expiresInDays, addresses });
        const made = await access.tokens.create(callerOf(request), request.body);
        request.auditTarget = { type: 'token', id: made.id };
        return reply.code(201).header('cache-control', 'no-store').send(made);
      },
    );

    app.delete(
      '/api/v1/tokens/:id',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'token.own', audit: 'token.revoke' },
      },
      async (request) => {
        await access.tokens.revoke(callerOf(request), request.params.id);
        return { ok: true as const };
      },
    );
  };
}
