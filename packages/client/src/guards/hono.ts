import type { Context, MiddlewareHandler } from 'hono';
import type { Visit } from './access-events.ts';
import { givenCount } from './record-count.ts';
import type { DataAccess, GuardOptions } from './types.ts';
import { mustWait, recordAfter, recordBefore, withheld } from './watch.ts';

export { setRecordCount } from './record-count.ts';
export { sessionGuards, type HonoSessionGuardOptions } from './session/hono.ts';
export { sessionOf } from './session/session-of.ts';
export type { CustosSession, RouteNeed, SessionCheck, SessionGuardOptions } from './session/types.ts';
export type { DataAccess, GuardOptions } from './types.ts';

/** The body of an answer where it is JSON; the answer itself, which nobody can count, where it is not. */
async function bodyOf(response: Response): Promise<unknown> {
  if (response.body === null) return null;
  if (!/[/+]json\b/i.test(response.headers.get('content-type') ?? '')) return response;
  return response
    .clone()
    .json()
    .catch(() => response);
}

/**
 * Guards routes of Hono. Put it before the route's authentication, so that denials pass through it too.
 * Hono does not know the caller's address: give `address` where the runtime does.
 *
 * @example
 * const guard = dataAccessGuard({ recorder, actor: (c) => c.get('user') });
 * app.get('/orders', guard({ resource: 'orders' }), authenticate, listOrders);
 */
export function dataAccessGuard(options: GuardOptions<Context>) {
  return (access: DataAccess<Context>): MiddlewareHandler =>
    async (c, next) => {
      await next();
      const { pathname, search } = new URL(c.req.url);
      const visit: Visit<Context> = {
        request: c,
        options,
        access,
        facts: {
          method: c.req.method,
          url: `${pathname}${search}`,
          address: undefined,
          requestId: c.req.header('x-request-id'),
          traceparent: c.req.header('traceparent'),
        },
      };
      const { status } = c.res;
      // A count that was given spares reading the body.
      const body = givenCount(c) === undefined && c.res.ok ? await bodyOf(c.res) : null;
      if (!mustWait(visit, status)) {
        void recordAfter(visit, { status, body });
        return;
      }
      if (await recordBefore(visit, body)) return;
      await c.res.body?.cancel().catch(() => undefined);
      c.res = undefined;
      c.res = new Response(withheld.body, { status: withheld.status, headers: withheld.headers });
    };
}
