import type { CustosSession } from './types.ts';

const sessions = new WeakMap<object, CustosSession>();

/** Remembers who a request comes from. */
export function setSession(request: object, session: CustosSession): void {
  sessions.set(request, session);
}

/**
 * Who a request comes from; for Hono the context is the request.
 *
 * @throws Error on a route without a guard, so that a forgotten one is found at the first call.
 */
export function sessionOf(request: object): CustosSession {
  const session = sessions.get(request);
  if (session === undefined)
    throw new Error('This route has no requireSession or requirePermission before it.');
  return session;
}
