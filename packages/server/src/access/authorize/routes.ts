import { authorizeAnswer, authorizeInput } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf, contextOf } from '../request-context.ts';
import type { Authorize } from './service.ts';

/** `POST /api/v1/authorize`: may this session or token do that? For services in other languages. */
export function authorizeRoutes(authorize: Authorize): Routes {
  return async (app) => {
    app.post(
      '/api/v1/authorize',
      {
        schema: { body: authorizeInput, response: { 200: authorizeAnswer } },
        // It changes nothing, so it counts as reading; what is refused is recorded by the service.
        config: { access: 'signed-in', rateClass: 'read' },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return authorize(callerOf(request), request.body, contextOf(request));
      },
    );
  };
}
