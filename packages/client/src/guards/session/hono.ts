import type { Permission } from '@custos/contract';
import type { Context, MiddlewareHandler } from 'hono';
import { createGate } from './gate.ts';
import { setSession } from './session-of.ts';
import type { Need, RouteNeed, SessionGuardOptions } from './types.ts';

export interface HonoSessionGuardOptions extends SessionGuardOptions {
  /** The caller's network address, where the runtime knows it; address rules of Custos need it. */
  readonly address?: ((c: Context) => string | undefined) | undefined;
}

/**
 * Guards routes of Hono by sessions of Custos. A guard is a middleware.
 *
 * @example
 * const { requirePermission } = sessionGuards({ baseUrl: 'https://custos.example.com', audience: 'shop' });
 * app.get('/cases', requirePermission('investigation.read'), listCases);
 */
export function sessionGuards(options: HonoSessionGuardOptions) {
  const gate = createGate(options);
  const guard =
    (need: Need): MiddlewareHandler =>
    async (c, next) => {
      const visitor = { authorization: c.req.header('authorization'), address: options.address?.(c) };
      const decision = await gate(visitor, need);
      if ('session' in decision) {
        setSession(c, decision.session);
        return next();
      }
      const { status, headers, body } = decision.refusal;
      return new Response(body, { status, headers });
    };
  return {
    /** Lets in whoever is signed in. */
    requireSession: (need: RouteNeed = {}): MiddlewareHandler => guard(need),
    /** Lets in whoever is signed in and has the permission. */
    requirePermission: (permission: Permission, need: RouteNeed = {}): MiddlewareHandler =>
      guard({ ...need, permission }),
  };
}
