import {
  byId,
  done,
  invitationRequest,
  link,
  linkRequest,
  linkUse,
  resetRequest,
  user,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { callerOf, contextOf } from '../request-context.ts';
import type { Access } from '../service.ts';

const asksPerMinute = 10;
const usesPerMinute = 20;
const ok = { ok: true as const };

/** Invitations and resets. The secret of a link travels in a body, never in an address. */
export function linkRoutes(access: Access): Routes {
  return async (app) => {
    app.post(
      '/api/v1/users/invitations',
      {
        schema: { body: invitationRequest, response: { 201: user } },
        config: {
          access: 'user.manage',
          audit: 'user.invite',
          approval: 'grant-administration',
          approvalWhen: ({ body }) =>
            access.deciding.customRoles.isAdministrative((body as { role: string }).role),
        },
      },
      async (request, reply) => {
        request.auditDetails['role'] = request.body.role;
        const made = await access.links.invite(request.body, callerOf(request));
        request.auditTarget = { type: 'user', id: made.id };
        return reply.code(201).send(made);
      },
    );

    app.post(
      '/api/v1/users/:id/reset',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'user.manage', audit: 'user.reset' },
      },
      async (request) => {
        await access.links.sendTo(request.params.id, callerOf(request));
        return ok;
      },
    );

    // Recorded by the service, which knows whether there is such an account.
    app.post(
      '/api/v1/sign-in/resets',
      {
        schema: { body: resetRequest, response: { 200: done } },
        config: { access: 'public', requestsPerMinute: asksPerMinute },
      },
      async (request) => {
        access.links.ask(request.body.email, contextOf(request));
        return ok;
      },
    );

    app.post(
      '/api/v1/sign-in/links/look',
      {
        schema: { body: linkRequest, response: { 200: link } },
        config: { access: 'public', requestsPerMinute: usesPerMinute },
      },
      async (request) => access.links.look(request.body.token),
    );

    app.post(
      '/api/v1/sign-in/links/use',
      {
        schema: { body: linkUse, response: { 200: done } },
        config: { access: 'public', requestsPerMinute: usesPerMinute },
      },
      async (request) => {
        await access.links.use(request.body.token, request.body.password, contextOf(request));
        return ok;
      },
    );
  };
}
