import type { Permission } from '@custos/contract';
import type { RequestHandler } from 'express';
import { createGate } from './gate.ts';
import { setSession } from './session-of.ts';
import type { Need, RouteNeed, SessionGuardOptions } from './types.ts';

/**
 * Guards routes of Express by sessions of Custos. A guard is a middleware.
 *
 * @example
 * const { requirePermission } = sessionGuards({ baseUrl: 'https://custos.example.com', audience: 'shop' });
 * app.get('/cases', requirePermission('investigation.read'), listCases);
 */
export function sessionGuards(options: SessionGuardOptions) {
  const gate = createGate(options);
  const guard =
    (need: Need): RequestHandler =>
    async (request, response, next) => {
      const decision = await gate({ authorization: request.get('authorization'), address: request.ip }, need);
      if ('session' in decision) {
        setSession(request, decision.session);
        next();
        return;
      }
      const { status, headers, body } = decision.refusal;
      response.status(status).set(headers).end(body);
    };
  return {
    /** Lets in whoever is signed in. */
    requireSession: (need: RouteNeed = {}): RequestHandler => guard(need),
    /** Lets in whoever is signed in and has the permission. */
    requirePermission: (permission: Permission, need: RouteNeed = {}): RequestHandler =>
      guard({ ...need, permission }),
  };
}
