import {
  byId,
  done,
  identity as identitySchema,
  pageOf,
  pageQuery,
  passwordChange,
  secondFactorStep,
  session,
  setupRequest,
  setupState,
  signInRequest,
} from '@custos/contract';
import type { Routes } from '../http/types.ts';
import { broughtBy, cookiesOf, endedSessionCookie, sessionCookie } from './cookie.ts';
import { viewOf } from './identity-view.ts';
import { callerOf, contextOf } from './request-context.ts';
import type { Access } from './service.ts';

/** Passwords are costly to check: set-up and sign-in take few requests per minute and address. */
const setupPerMinute = 10;
const signInPerMinute = 30;

/** Set-up, signing in and out, and what people do with their own sessions and password. */
export function sessionRoutes({
  access,
  secureCookie,
}: {
  readonly access: Access;
  readonly secureCookie: boolean;
}): Routes {
  return async (app) => {
    app.get(
      '/api/v1/setup',
      { schema: { response: { 200: setupState } }, config: { access: 'public' } },
      async () => ({ needed: await access.setupNeeded() }),
    );

    // Recorded by the service, which knows the user that the act creates.
    app.post(
      '/api/v1/setup',
      {
        schema: { body: setupRequest, response: { 200: identitySchema } },
        config: { access: 'public', requestsPerMinute: setupPerMinute },
      },
      async (request, reply) => {
        const { token, identity } = await access.completeSetup(request.body, contextOf(request));
        reply.header('set-cookie', sessionCookie(token, secureCookie));
        return viewOf(identity);
      },
    );

    app.get(
      '/api/v1/session',
      { schema: { response: { 200: identitySchema } }, config: { access: 'signed-in' } },
      async (request) => viewOf(callerOf(request)),
    );

    // Recorded by the service, with the reason that the answer keeps to itself.
    app.post(
      '/api/v1/session',
      {
        schema: { body: signInRequest, response: { 200: identitySchema, 202: secondFactorStep } },
        config: { access: 'public', requestsPerMinute: signInPerMinute },
      },
      async (request, reply) => {
        const brought = broughtBy(request, secureCookie);
        const outcome = await access.signIn({ ...request.body, ...brought }, contextOf(request));
        if ('step' in outcome) return reply.code(202).send(outcome);
        return reply.header('set-cookie', cookiesOf(outcome, secureCookie)).send(viewOf(outcome.identity));
      },
    );

    app.delete(
      '/api/v1/session',
      {
        schema: { response: { 200: done } },
        config: { access: 'signed-in', audit: 'session.end' },
      },
      async (request, reply) => {
        await access.signOut(callerOf(request));
        reply.header('set-cookie', endedSessionCookie(secureCookie));
        return { ok: true as const };
      },
    );

    app.get(
      '/api/v1/sessions',
      {
        schema: { querystring: pageQuery, response: { 200: pageOf(session) } },
        config: { access: 'signed-in' },
      },
      async (request) => access.sessions.list(callerOf(request), request.query),
    );

    app.delete(
      '/api/v1/sessions',
      {
        schema: { response: { 200: done } },
        config: { access: 'signed-in', audit: 'session.end-others' },
      },
      async (request) => {
        await access.sessions.endOthers(callerOf(request));
        return { ok: true as const };
      },
    );

    app.delete(
      '/api/v1/sessions/:id',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'signed-in', audit: 'session.end' },
      },
      async (request) => {
        await access.sessions.end(callerOf(request), request.params.id);
        return { ok: true as const };
      },
    );

    app.post(
      '/api/v1/session/password',
      {
        schema: { body: passwordChange, response: { 200: identitySchema } },
        config: { access: 'signed-in', audit: 'password.change', requestsPerMinute: signInPerMinute },
      },
      async (request, reply) => {
        const context = contextOf(request);
        const { token, identity } = await access.changePassword(callerOf(request), request.body, context);
        reply.header('set-cookie', sessionCookie(token, secureCookie));
        return viewOf(identity);
      },
    );
  };
}
