import {
  alertsBody,
  dashboardBody,
  detailedHealthBody,
  healthBody,
  metricSamples,
  metricsBody,
  metricsQuery,
  statusBody,
} from '@custos/contract';
import { z } from 'zod';
import type { Routes } from '../http/types.ts';
import type { Compatibility } from './compatibility.ts';

/** The paths of rows L2, C6 and T15, in the shapes that those systems know. */
export function compatibilityRoutes(service: Compatibility): Routes {
  return async (server) => {
    const read = { access: 'dashboard.read' } as const;
    server.get(
      '/api/health',
      { config: { access: 'public' }, schema: { response: { 200: healthBody } } },
      () => service.health(),
    );
    server.get(
      '/api/health/detailed',
      { config: read, schema: { response: { 200: detailedHealthBody } } },
      () => service.detailed(),
    );
    server.get(
      '/api/metrics',
      {
        config: read,
        schema: { querystring: metricsQuery, response: { 200: z.union([metricSamples, metricsBody]) } },
      },
      ({ query }) =>
        query.metric === undefined ? service.metrics() : service.samples(query.metric, query.samples),
    );
    server.get('/api/status', { config: read, schema: { response: { 200: statusBody } } }, () =>
      service.status(),
    );
    server.get('/api/dashboard', { config: read, schema: { response: { 200: dashboardBody } } }, () =>
      service.dashboard(),
    );
    server.get(
      '/api/alerts',
      { config: { access: 'alert.read' }, schema: { response: { 200: alertsBody } } },
      () => service.alerts(),
    );
  };
}
