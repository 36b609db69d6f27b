import {
  byId,
  done,
  kindDescription,
  pageOf,
  pageQuery,
  probe,
  probeInput,
  probeListQuery,
  probePatch,
  probeResult,
  probeTryRequest,
} from '@custos/contract';
import type { Routes } from '../http/types.ts';
import { historyRoutes } from './routes-history.ts';
import { maintenanceRoutes } from './routes-maintenance.ts';
import { pingRoutes } from './routes-ping.ts';
import { serviceRoutes } from './routes-services.ts';
import type { Probes } from './service.ts';

const kindsReply = pageOf(kindDescription);

/** `/api/v1/probe-kinds`, `/probes`, `/services`, `/maintenance`, and `/ping/:token`. */
export function probesRoutes(probes: Probes): Routes {
  return async (server) => {
    server.get(
      '/api/v1/probe-kinds',
      { config: { access: 'dashboard.read' }, schema: { response: { 200: kindsReply } } },
      async () => ({ items: [...probes.kinds()], nextCursor: null }),
    );

    server.get(
      '/api/v1/probes',
      {
        config: { access: 'dashboard.read' },
        schema: { querystring: probeListQuery.extend(pageQuery.shape), response: { 200: pageOf(probe) } },
      },
      async ({ query, identity }) => {
        const page = await probes.probes(query);
        const edits = identity?.permissions.has('probe.edit') === true;
        return { ...page, items: page.items.map((item) => (edits ? item : { ...item, pingUrl: null })) };
      },
    );

    server.get(
      '/api/v1/probes/:id',
      { config: { access: 'dashboard.read' }, schema: { params: byId, response: { 200: probe } } },
      async ({ params, identity }) => {
        const found = await probes.probe(params.id);
        // Whoever knows a heartbeat's address can speak for its job.
        return identity?.permissions.has('probe.edit') === true ? found : { ...found, pingUrl: null };
      },
    );

    server.post(
      '/api/v1/probes',
      {
        config: { access: 'probe.edit', audit: 'probe.create' },
        schema: { body: probeInput, response: { 200: probe } },
      },
      async (request) => {
        const made = await probes.create(request.body);
        request.auditTarget = { type: 'probe', id: made.id };
        request.auditDetails = { name: made.name, kind: made.kind };
        return made;
      },
    );

    server.patch(
      '/api/v1/probes/:id',
      {
        config: { access: 'probe.edit', audit: 'probe.update' },
        schema: { params: byId, body: probePatch, response: { 200: probe } },
      },
      (request) => {
        const { options, ...settings } = request.body;
        // Of options only the names: their values may be secrets.
        request.auditDetails = { ...settings, ...(options && { options: Object.keys(options) }) };
        return probes.update(request.params.id, request.body);
      },
    );

    server.delete(
      '/api/v1/probes/:id',
      {
        config: { access: 'probe.edit', audit: 'probe.delete' },
        schema: { params: byId, response: { 200: done } },
      },
      async ({ params }) => {
        await probes.remove(params.id);
        return { ok: true as const };
      },
    );

    server.post(
      '/api/v1/probes/try',
      {
        config: { access: 'probe.run', audit: 'probe.try', requestsPerMinute: 30 },
        schema: { body: probeTryRequest, response: { 200: probeResult } },
      },
      (request) => {
        const { kind, probeId } = request.body;
        if (probeId !== undefined) request.auditTarget = { type: 'probe', id: probeId };
        request.auditDetails = { kind };
        return probes.tryOut(request.body);
      },
    );

    server.post(
      '/api/v1/probes/:id/check',
      {
        config: { access: 'probe.run', audit: 'probe.check', requestsPerMinute: 60 },
        schema: { params: byId, response: { 200: probeResult } },
      },
      ({ params }) => probes.checkNow(params.id),
    );

    await server.register(historyRoutes(probes));
    await server.register(serviceRoutes(probes));
    await server.register(maintenanceRoutes(probes));
    await server.register(pingRoutes(probes));
  };
}
