import {
  byId,
  dashboard,
  dashboardInput,
  dashboardSummary,
  dashboardUpdate,
  done,
  pageOf,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { Dashboards } from './types.ts';

const path = '/api/v1/dashboards';

/** Dashboards that people make and share, and those that come with Custos. */
export function dashboardRoutes(dashboards: Dashboards): Routes {
  return async (app) => {
    app.get(
      path,
      {
        config: { access: 'metric.read' },
        schema: {
          summary: 'Own, shared and built-in dashboards',
          response: { 200: pageOf(dashboardSummary) },
        },
      },
      async ({ identity }) => ({
        items: [...(await dashboards.list(identity?.userId ?? ''))],
        nextCursor: null,
      }),
    );
    app.get(
      `${path}/:id`,
      {
        config: { access: 'metric.read' },
        schema: { summary: 'One dashboard', params: byId, response: { 200: dashboard } },
      },
      async ({ identity, params }) => dashboards.get(identity?.userId ?? '', params.id),
    );
    app.post(
      path,
      {
        config: { access: 'dashboard.edit', audit: 'dashboard.create' },
        schema: { summary: 'Make a dashboard', body: dashboardInput, response: { 201: dashboard } },
      },
      async ({ identity, body }, reply) =>
        reply.code(201).send(await dashboards.create(identity?.userId ?? '', body)),
    );
    app.put(
      `${path}/:id`,
      {
        config: { access: 'dashboard.edit', audit: 'dashboard.update' },
        schema: {
          summary: 'Change an own or a shared dashboard',
          params: byId,
          body: dashboardUpdate,
          response: { 200: dashboard },
        },
      },
      async ({ identity, params, body: { basedOn, ...input } }) =>
        dashboards.update(identity?.userId ?? '', params.id, { input, basedOn }),
    );
    app.delete(
      `${path}/:id`,
      {
        config: { access: 'dashboard.edit', audit: 'dashboard.delete' },
        schema: { summary: 'Delete an own or a shared dashboard', params: byId, response: { 200: done } },
      },
      async ({ identity, params }) => {
        await dashboards.remove(identity?.userId ?? '', params.id);
        return { ok: true as const };
      },
    );
  };
}
