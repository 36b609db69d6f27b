import type { Routes } from '../http/types.ts';
import { factorRoutes } from './factors/routes.ts';
import { signInAdministrationRoutes } from './factors/routes-administration.ts';
import { linkRoutes } from './links/routes.ts';
import { decidingRoutes } from './routes-deciding.ts';
import { providerRoutes } from './oidc/routes.ts';
import { sessionRoutes } from './routes-sessions.ts';
import { tokenRoutes } from './routes-tokens.ts';
import { userRoutes } from './routes-users.ts';
import type { Access } from './service.ts';
import { jwtRoutes } from './tokens-jwt/routes.ts';

export interface AccessRoutesOptions {
  /**
   * False only where the operator allowed sign-in over plain HTTP; the cookie is then `custos` without
   * Secure. The server must read the cookie of `sessionCookieName` for the same value.
   */
  readonly secureCookie: boolean;
}

/** Every route of this domain, as one plugin. */
export function accessRoutes(access: Access, { secureCookie }: AccessRoutesOptions): Routes {
  return async (app) => {
    await app.register(sessionRoutes({ access, secureCookie }));
    await app.register(userRoutes(access));
    await app.register(tokenRoutes(access));
    await app.register(factorRoutes({ access, secureCookie }));
    await app.register(signInAdministrationRoutes(access));
    await app.register(linkRoutes(access));
    await app.register(jwtRoutes(access));
    await app.register(providerRoutes({ access, secureCookie }));
    await app.register(decidingRoutes(access));
  };
}
