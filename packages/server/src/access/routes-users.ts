import { byId, pageOf, pageQuery, role, user, userCreate, userUpdate } from '@custos/contract';
import type { Routes } from '../http/types.ts';
import { callerOf } from './request-context.ts';
import type { Access } from './service.ts';

/** People with an account, and the roles. */
export function userRoutes(access: Access): Routes {
  const { customRoles } = access.deciding;
  return async (app) => {
    app.get(
      '/api/v1/users',
      {
        schema: { querystring: pageQuery, response: { 200: pageOf(user) } },
        config: { access: 'user.read' },
      },
      async (request) => access.users.list(request.query),
    );

    app.post(
      '/api/v1/users',
      {
        schema: { body: userCreate, response: { 201: user } },
        config: {
          access: 'user.manage',
          audit: 'user.create',
          approval: 'grant-administration',
          approvalWhen: ({ body }) => customRoles.isAdministrative((body as { role: string }).role),
        },
      },
      async (request, reply) => {
        request.auditDetails['role'] = request.body.role;
        const made = await access.users.create(request.body, callerOf(request));
        request.auditTarget = { type: 'user', id: made.id };
        return reply.code(201).send(made);
      },
    );

    app.patch(
      '/api/v1/users/:id',
      {
        schema: { params: byId, body: userUpdate, response: { 200: user } },
        config: {
          access: 'user.manage',
          audit: 'user.update',
          approval: 'grant-administration',
          // Giving such a role, and letting somebody who has one back in.
          approvalWhen: ({ body, params }) => {
            const { role: given, disabled } = body as { role?: string; disabled?: boolean };
            if (given !== undefined) return customRoles.isAdministrative(given);
            return disabled === false && customRoles.isAdministrator((params as { id: string }).id);
          },
        },
      },
      async (request) => {
        const { name, role: newRole, disabled } = request.body;
        Object.assign(request.auditDetails, {
          changes: Object.keys(request.body),
          ...(newRole === undefined ? {} : { role: newRole }),
          ...(disabled === undefined ? {} : { disabled }),
        });
        const change = { name, role: newRole, disabled };
        return access.users.update(request.params.id, change, callerOf(request));
      },
    );

    app.get(
      '/api/v1/roles',
      {
        schema: { response: { 200: pageOf(role) } },
        config: { access: 'user.read' },
      },
      async () => access.roles.list(),
    );
  };
}
