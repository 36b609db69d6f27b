import {
  byId,
  byRoleName,
  done,
  role,
  roleCreate,
  rolePresetState,
  roleUpdate,
  teamsInput,
  userTeams,
  type Permission,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { missingToManage } from '../grants.ts';
import { callerOf } from '../request-context.ts';
import type { CustomRoles } from './service.ts';

/** True when a body gives a role power over the installation or over other accounts. */
function givesAdministration(body: unknown): boolean {
  const { permissions = [] } = body as { permissions?: readonly Permission[] };
  return missingToManage(new Set(), new Set(permissions)).length > 0;
}

/** Roles that an installation makes for itself, what the built-in ones hold, and teams. */
export function customRoleRoutes(customRoles: CustomRoles): Routes {
  return async (app) => {
    app.post(
      '/api/v1/roles',
      {
        schema: { body: roleCreate, response: { 201: role } },
        config: {
          access: 'user.manage',
          audit: 'role.create',
          stepUp: true,
          approval: 'grant-administration',
          approvalWhen: (request) => givesAdministration(request.body),
        },
      },
      async (request, reply) => {
        const { name, permissions, reach } = request.body;
        request.auditTarget = { type: 'role', id: name };
        Object.assign(request.auditDetails, { permissions, reach });
        return reply.code(201).send(await customRoles.create(callerOf(request), request.body));
      },
    );

    app.patch(
      '/api/v1/roles/:name',
      {
        schema: { params: byRoleName, body: roleUpdate, response: { 200: role } },
        config: {
          access: 'user.manage',
          audit: 'role.update',
          stepUp: true,
          approval: 'grant-administration',
          approvalWhen: (request) => givesAdministration(request.body),
        },
      },
      async (request) => {
        request.auditTarget = { type: 'role', id: request.params.name };
        const { permissions, reach } = request.body;
        Object.assign(request.auditDetails, { changes: Object.keys(request.body), permissions, reach });
        return customRoles.update(callerOf(request), request.params.name, request.body);
      },
    );

    app.delete(
      '/api/v1/roles/:name',
      {
        schema: { params: byRoleName, response: { 200: done } },
        config: { access: 'user.manage', audit: 'role.delete', stepUp: true },
      },
      async (request) => {
        request.auditTarget = { type: 'role', id: request.params.name };
        await customRoles.remove(callerOf(request), request.params.name);
        return { ok: true as const };
      },
    );

    app.get(
      '/api/v1/role-preset',
      { schema: { response: { 200: rolePresetState } }, config: { access: 'user.read' } },
      async () => ({ preset: await customRoles.preset() }),
    );

    app.put(
      '/api/v1/role-preset',
      {
        schema: { body: rolePresetState, response: { 200: rolePresetState } },
        config: {
          access: 'system.configure',
          audit: 'role-preset.update',
          stepUp: true,
          approval: 'grant-administration',
        },
      },
      async (request) => {
        request.auditTarget = { type: 'role-preset', id: request.body.preset };
        return { preset: await customRoles.setPreset(callerOf(request), request.body.preset) };
      },
    );

    app.get(
      '/api/v1/users/:id/teams',
      { schema: { params: byId, response: { 200: userTeams } }, config: { access: 'user.read' } },
      async (request) => ({ teams: [...(await customRoles.teamsOf(request.params.id))] }),
    );

    app.put(
      '/api/v1/users/:id/teams',
      {
        schema: { params: byId, body: teamsInput, response: { 200: userTeams } },
        config: { access: 'user.manage', audit: 'user.teams' },
      },
      async (request) => {
        const { teams } = request.body;
        request.auditDetails['teams'] = teams;
        return { teams: [...(await customRoles.setTeams(callerOf(request), request.params.id, teams))] };
      },
    );
  };
}
