import {
  byId,
  done,
  metricRuleGroup,
  metricRuleGroups,
  metricRulesCheck,
  metricRulesInput,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { MetricRules, MetricRulesInput } from './metric-rules.ts';

type ById = { readonly id: string };

/** `/api/v1/metric-rules`: groups of rules on metrics. */
export function metricRulesRoutes(rules: MetricRules): Routes {
  return async (server) => {
    server.get(
      '/api/v1/metric-rules',
      { config: { access: 'metric.read' }, schema: { response: { 200: metricRuleGroups } } },
      async () => ({ groups: await rules.list() }),
    );

    server.post(
      '/api/v1/metric-rules',
      {
        config: { access: 'rule.edit', audit: 'metric-rules.create' },
        schema: { body: metricRulesInput, response: { 201: metricRuleGroups } },
      },
      async (request, reply) => {
        const groups = await rules.create(request.body);
        request.auditTarget = { type: 'metric-rules', id: groups[0]?.id ?? '' };
        return reply.code(201).send({ groups });
      },
    );

    server.put(
      '/api/v1/metric-rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'metric-rules.update',
          approval: 'silence-critical',
          approvalWhen: ({ params, body }) =>
            rules.silencesCritical((params as ById).id, body as MetricRulesInput),
        },
        schema: { params: byId, body: metricRulesInput, response: { 200: metricRuleGroup } },
      },
      ({ params, body }) => rules.update(params.id, body),
    );

    server.delete(
      '/api/v1/metric-rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'metric-rules.delete',
          approval: 'silence-critical',
          approvalWhen: ({ params }) => rules.silencesCritical((params as ById).id, null),
        },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await rules.remove(params.id);
        return { ok: true as const };
      },
    );

    server.post(
      '/api/v1/metric-rules/check',
      {
        config: { access: 'rule.edit', rateClass: 'read' },
        schema: { body: metricRulesInput.pick({ source: true }), response: { 200: metricRulesCheck } },
      },
      async ({ body }) => rules.check(body.source),
    );
  };
}
