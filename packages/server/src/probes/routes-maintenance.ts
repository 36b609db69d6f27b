import { byId, done, maintenance, maintenanceInput, pageOf, pageQuery } from '@custos/contract';
import type { Routes } from '../http/types.ts';
import type { Probes } from './service.ts';

export function maintenanceRoutes(probes: Probes): Routes {
  return async (server) => {
    server.get(
      '/api/v1/maintenance',
      {
        config: { access: 'dashboard.read' },
        schema: { querystring: pageQuery, response: { 200: pageOf(maintenance) } },
      },
      ({ query }) => probes.maintenance(query),
    );

    server.get(
      '/api/v1/maintenance/:id',
      { config: { access: 'dashboard.read' }, schema: { params: byId, response: { 200: maintenance } } },
      ({ params }) => probes.maintenanceWindow(params.id),
    );

    server.post(
      '/api/v1/maintenance',
      {
        config: { access: 'maintenance.edit', audit: 'maintenance.create' },
        schema: { body: maintenanceInput, response: { 200: maintenance } },
      },
      async (request) => {
        const made = await probes.createMaintenance(request.body);
        request.auditTarget = { type: 'maintenance', id: made.id };
        request.auditDetails = { title: made.title };
        return made;
      },
    );

    server.put(
      '/api/v1/maintenance/:id',
      {
        config: { access: 'maintenance.edit', audit: 'maintenance.update' },
        schema: { params: byId, body: maintenanceInput, response: { 200: maintenance } },
      },
      (request) => {
        request.auditDetails = { title: request.body.title };
        return probes.replaceMaintenance(request.params.id, request.body);
      },
    );

    server.delete(
      '/api/v1/maintenance/:id',
      {
        config: { access: 'maintenance.edit', audit: 'maintenance.delete' },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await probes.removeMaintenance(params.id);
        return { ok: true as const };
      },
    );
  };
}
