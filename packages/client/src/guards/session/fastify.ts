import type { Permission } from '@custos/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createGate } from './gate.ts';
import { setSession } from './session-of.ts';
import type { Need, RouteNeed, SessionGuardOptions } from './types.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Guards routes of Fastify by sessions of Custos. A guard is a hook, for `onRequest` above all: who may not
 * come in has no body read.
 *
 * @example
 * const { requirePermission } = sessionGuards({ baseUrl: 'https://custos.example.com', audience: 'shop' });
 * app.get('/cases', { onRequest: requirePermission('investigation.read') }, listCases);
 */
export function sessionGuards(options: SessionGuardOptions) {
  const gate = createGate(options);
  const guard =
    (need: Need): Hook =>
    async (request, reply) => {
      const { authorization } = request.headers;
      const decision = await gate({ authorization, address: request.ip }, need);
      if ('session' in decision) {
        setSession(request, decision.session);
        return undefined;
      }
      const { status, headers, body } = decision.refusal;
      return reply.code(status).headers(headers).send(body);
    };
  return {
    /** Lets in whoever is signed in. */
    requireSession: (need: RouteNeed = {}): Hook => guard(need),
    /** Lets in whoever is signed in and has the permission. */
    requirePermission: (permission: Permission, need: RouteNeed = {}): Hook => guard({ ...need, permission }),
  };
}
