import {
  byId,
  done,
  pageOf,
  pageQuery,
  signInPolicy,
  signInPolicyChange,
  userSession,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf } from '../request-context.ts';
import type { Access } from '../service.ts';

const ok = { ok: true as const };

/** What administrators do about other people's sign-ins, and which roles ask for a second factor. */
export function signInAdministrationRoutes(access: Access): Routes {
  return async (app) => {
    app.get(
      '/api/v1/users/:id/sessions',
      {
        schema: { params: byId, querystring: pageQuery, response: { 200: pageOf(userSession) } },
        config: { access: 'user.manage' },
      },
      async (request) =>
        access.administration.sessionsOf(request.params.id, callerOf(request), request.query),
    );

    app.delete(
      '/api/v1/users/:id/sessions',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'user.manage', audit: 'user.end-sessions' },
      },
      async (request) => {
        await access.administration.endSessionsOf(request.params.id, callerOf(request));
        return ok;
      },
    );

    app.delete(
      '/api/v1/users/:id/factors',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'user.manage', audit: 'user.reset-factors', stepUp: true },
      },
      async (request) => {
        await access.administration.resetFactors(request.params.id, callerOf(request));
        return ok;
      },
    );

    app.get(
      '/api/v1/sign-in/policy',
      { schema: { response: { 200: signInPolicy } }, config: { access: 'user.read' } },
      async () => access.administration.policy(),
    );

    app.patch(
      '/api/v1/sign-in/policy',
      {
        schema: { body: signInPolicyChange, response: { 200: signInPolicy } },
        config: { access: 'system.configure', audit: 'sign-in-policy.update', stepUp: true },
      },
      async (request) => {
        request.auditDetails['roles'] = request.body.roles;
        return access.administration.changePolicy(request.body.roles);
      },
    );
  };
}
