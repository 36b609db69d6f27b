import type {
  FastifyReply,
  FastifyRequest,
  onSendAsyncHookHandler,
  preSerializationAsyncHookHandler,
} from 'fastify';
import type { Visit } from './access-events.ts';
import { parsedText } from './record-count.ts';
import type { DataAccess, GuardOptions } from './types.ts';
import { bodyHeaders, mustWait, recordAfter, recordBefore, withheld } from './watch.ts';

export { setRecordCount } from './record-count.ts';
export { sessionGuards } from './session/fastify.ts';
export { sessionOf } from './session/session-of.ts';
export type { CustosSession, RouteNeed, SessionCheck, SessionGuardOptions } from './session/types.ts';
export type { DataAccess, GuardOptions } from './types.ts';

/** What a guard adds to a route: its second argument. */
export interface GuardedRoute {
  preSerialization: preSerializationAsyncHookHandler;
  onSend: onSendAsyncHookHandler<unknown>;
  onResponse: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
}

interface Streamlike {
  destroy?(): unknown;
}

/**
 * Guards routes of Fastify. The hooks belong to the route and run after those of the application, so that
 * what they see is what leaves. A reply that was hijacked passes them by.
 *
 * @example
 * const guard = dataAccessGuard({ recorder, actor: (request) => request.user });
 * app.get('/orders', guard({ resource: 'orders', purpose: 'support' }), listOrders);
 */
export function dataAccessGuard(options: GuardOptions<FastifyRequest>) {
  return (access: DataAccess<FastifyRequest>): GuardedRoute => {
    const bodies = new WeakMap<FastifyRequest, unknown>();
    const visitOf = (request: FastifyRequest): Visit<FastifyRequest> => ({
      request,
      options,
      access,
      facts: {
        method: request.method,
        url: request.url,
        address: request.ip,
        requestId: request.id,
        traceparent: String(request.headers['traceparent'] ?? ''),
      },
    });

    return {
      // The body as the handler gave it; texts, buffers and streams come by `onSend` alone.
      preSerialization: async (request, _reply, payload) => {
        bodies.set(request, payload);
        return payload;
      },
      onSend: async (request, reply, payload) => {
        if (!bodies.has(request)) bodies.set(request, parsedText(payload, reply.getHeader('content-type')));
        const visit = visitOf(request);
        if (!mustWait(visit, reply.statusCode)) return payload;
        if (await recordBefore(visit, bodies.get(request))) return payload;
        (payload as Streamlike | null)?.destroy?.();
        for (const name of bodyHeaders) reply.removeHeader(name);
        reply.code(withheld.status).headers(withheld.headers);
        return withheld.body;
      },
      onResponse: async (request, reply) => {
        await recordAfter(visitOf(request), { status: reply.statusCode, body: bodies.get(request) });
      },
    };
  };
}
