import { jwks, jwtMade, jwtRequest } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf } from '../request-context.ts';
import type { Access } from '../service.ts';

/** How long a verifier may keep the keys, seconds; well below how long a retired key stays published. */
const keysMaxAge = 300;

/** JSON web tokens, and the keys that check them. */
export function jwtRoutes(access: Access): Routes {
  return async (app) => {
    app.post(
      '/api/v1/session/jwt',
      {
        schema: { body: jwtRequest, response: { 200: jwtMade } },
        config: { access: 'signed-in' },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return access.jwt.mint(callerOf(request), request.body.audience);
      },
    );

    app.get(
      '/.well-known/jwks.json',
      { schema: { response: { 200: jwks } }, config: { access: 'public' } },
      async (_request, reply) => {
        reply.header('cache-control', `public, max-age=${keysMaxAge}`);
        return { keys: await access.jwt.keys() };
      },
    );
  };
}
