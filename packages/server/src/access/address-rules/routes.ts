import {
  addressRule,
  addressRuleCreate,
  addressRuleRemove,
  addressRules as addressRulesSchema,
  byId,
  done,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf } from '../request-context.ts';
import type { AddressRules } from './service.ts';

/** From where calls are taken: of everybody, of a role, of an API token. */
export function addressRuleRoutes(rules: AddressRules): Routes {
  return async (app) => {
    app.get(
      '/api/v1/address-rules',
      { schema: { response: { 200: addressRulesSchema } }, config: { access: 'system.read' } },
      async (request) => ({ address: request.ip, items: await rules.list() }),
    );

    app.post(
      '/api/v1/address-rules',
      {
        schema: { body: addressRuleCreate, response: { 201: addressRule } },
        config: { access: 'system.configure', audit: 'address-rule.create', stepUp: true },
      },
      async (request, reply) => {
        const { scope, subject, confirm } = request.body;
        Object.assign(request.auditDetails, { scope, subject, confirm });
        const author = { identity: callerOf(request), address: request.ip };
        const made = await rules.add(author, request.body);
        request.auditTarget = { type: 'address-rule', id: made.id };
        return reply.code(201).send(made);
      },
    );

    app.delete(
      '/api/v1/address-rules/:id',
      {
        schema: { params: byId, querystring: addressRuleRemove, response: { 200: done } },
        config: { access: 'system.configure', audit: 'address-rule.delete', stepUp: true },
      },
      async (request) => {
        const author = { identity: callerOf(request), address: request.ip };
        request.auditDetails['confirm'] = request.query.confirm;
        await rules.remove(author, request.params.id, request.query.confirm);
        return { ok: true as const };
      },
    );
  };
}
