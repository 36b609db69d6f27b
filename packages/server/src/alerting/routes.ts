import {
  acknowledgeByLink,
  acknowledgeRequest,
  alert,
  alertDetail,
  alertListQuery,
  byId,
  done,
  pageOf,
  pageQuery,
  rule,
  ruleInput,
  rulePatch,
  type RulePatch,
} from '@custos/contract';
import { decodeCursor, pageFrom } from '../http/paging.ts';
import type { Routes } from '../http/types.ts';
import type { Alerting } from './service.ts';

/** `/api/v1/alerts`, `/api/v1/rules`, and the acknowledge link of messages. */
export function alertingRoutes(alerting: Alerting): Routes {
  return async (server) => {
    server.get(
      '/api/v1/alerts',
      {
        config: { access: 'alert.read' },
        schema: { querystring: alertListQuery.extend(pageQuery.shape), response: { 200: pageOf(alert) } },
      },
      async ({ query }) => {
        const { cursor, limit, ...filter } = query;
        const before = cursor === undefined ? undefined : decodeCursor(cursor, ['string'])[0];
        const rows = await alerting.alerts.list(filter, {
          limit: limit + 1,
          ...(before !== undefined && { before }),
        });
        return pageFrom(rows, limit, (row) => [row.id]);
      },
    );

    server.get(
      '/api/v1/alerts/:id',
      { config: { access: 'alert.read' }, schema: { params: byId, response: { 200: alertDetail } } },
      ({ params }) => alerting.alerts.get(params.id),
    );

    server.post(
      '/api/v1/alerts/:id/acknowledge',
      {
        config: { access: 'alert.acknowledge', audit: 'alert.acknowledge' },
        schema: { params: byId, body: acknowledgeRequest, response: { 200: alert } },
      },
      ({ params, body, identity }) =>
        alerting.alerts.acknowledge(params.id, { actor: identity?.name ?? '', note: body.note }),
    );

    server.post(
      '/api/v1/alerts/:id/resolve',
      {
        config: { access: 'alert.acknowledge', audit: 'alert.resolve' },
        schema: { params: byId, body: acknowledgeRequest, response: { 200: alert } },
      },
      ({ params, body, identity }) =>
        alerting.alerts.resolve(params.id, { actor: identity?.name ?? '', note: body.note }),
    );

    server.post(
      '/api/v1/acknowledge',
      {
        config: { access: 'public', audit: 'alert.acknowledge-by-link', requestsPerMinute: 30 },
        schema: { body: acknowledgeByLink, response: { 200: alert } },
      },
      ({ body }) => alerting.alerts.acknowledgeByToken(body.token),
    );

    server.get(
      '/api/v1/rules',
      { config: { access: 'alert.read' }, schema: { response: { 200: pageOf(rule) } } },
      () => alerting.rules.list(),
    );

    server.post(
      '/api/v1/rules',
      {
        config: { access: 'rule.edit', audit: 'rule.create' },
        schema: { body: ruleInput, response: { 201: rule } },
      },
      async (request, reply) => {
        const made = await alerting.rules.create(request.body);
        request.auditTarget = { type: 'rule', id: made.id };
        return reply.code(201).send(made);
      },
    );

    server.patch(
      '/api/v1/rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'rule.update',
          approval: 'silence-critical',
          approvalWhen: ({ params, body }) =>
            alerting.rules.silencesCritical((params as { id: string }).id, body as RulePatch),
        },
        schema: { params: byId, body: rulePatch, response: { 200: rule } },
      },
      ({ params, body }) => alerting.rules.update(params.id, body),
    );

    server.delete(
      '/api/v1/rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'rule.delete',
          approval: 'silence-critical',
          approvalWhen: ({ params }) => alerting.rules.silencesCritical((params as { id: string }).id, null),
        },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await alerting.rules.remove(params.id);
        return { ok: true as const };
      },
    );
  };
}
