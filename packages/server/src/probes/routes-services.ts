import { byId, done, pageOf, pageQuery, service, serviceInput, servicePatch } from '@custos/contract';
import { z } from 'zod';
import type { Routes } from '../http/types.ts';
import type { Probes } from './service.ts';

const listQuery = pageQuery.extend({ search: z.string().max(100).optional() });

export function serviceRoutes(probes: Probes): Routes {
  return async (server) => {
    server.get(
      '/api/v1/services',
      {
        config: { access: 'dashboard.read' },
        schema: { querystring: listQuery, response: { 200: pageOf(service) } },
      },
      ({ query }) => probes.services(query),
    );

    server.get(
      '/api/v1/services/:id',
      { config: { access: 'dashboard.read' }, schema: { params: byId, response: { 200: service } } },
      ({ params }) => probes.service(params.id),
    );

    server.post(
      '/api/v1/services',
      {
        config: { access: 'probe.edit', audit: 'service.create' },
        schema: { body: serviceInput, response: { 200: service } },
      },
      async (request) => {
        const made = await probes.createService(request.body);
        request.auditTarget = { type: 'service', id: made.id };
        request.auditDetails = { name: made.name };
        return made;
      },
    );

    server.patch(
      '/api/v1/services/:id',
      {
        config: { access: 'probe.edit', audit: 'service.update' },
        schema: { params: byId, body: servicePatch, response: { 200: service } },
      },
      (request) => {
        request.auditDetails = { ...request.body };
        return probes.updateService(request.params.id, request.body);
      },
    );

    server.delete(
      '/api/v1/services/:id',
      {
        config: { access: 'probe.edit', audit: 'service.delete' },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await probes.removeService(params.id);
        return { ok: true as const };
      },
    );
  };
}
