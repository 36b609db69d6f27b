import { byId, done, logRule, logRuleInput, logRules, type LogRuleInput } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { LogRules } from './log-rules.ts';

type ById = { readonly id: string };

/** `/api/v1/log-rules`: rules on logs. */
export function logRulesRoutes(rules: LogRules): Routes {
  return async (server) => {
    server.get(
      '/api/v1/log-rules',
      { config: { access: 'log.read' }, schema: { response: { 200: logRules } } },
      async () => ({ rules: await rules.list() }),
    );

    server.post(
      '/api/v1/log-rules',
      {
        config: { access: 'rule.edit', audit: 'log-rule.create' },
        schema: { body: logRuleInput, response: { 201: logRule } },
      },
      async (request, reply) => {
        const made = await rules.create(request.body);
        request.auditTarget = { type: 'log-rule', id: made.id };
        return reply.code(201).send(made);
      },
    );

    server.put(
      '/api/v1/log-rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'log-rule.update',
          approval: 'silence-critical',
          approvalWhen: ({ params, body }) =>
            rules.silencesCritical((params as ById).id, body as LogRuleInput),
        },
        schema: { params: byId, body: logRuleInput, response: { 200: logRule } },
      },
      ({ params, body }) => rules.update(params.id, body),
    );

    server.delete(
      '/api/v1/log-rules/:id',
      {
        config: {
          access: 'rule.edit',
          audit: 'log-rule.delete',
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
  };
}
