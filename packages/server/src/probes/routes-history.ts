import {
  byId,
  dayRollup,
  pageOf,
  pageQuery,
  probeResult,
  series,
  seriesQuery,
  statusChange,
  timeRange,
} from '@custos/contract';
import type { Routes } from '../http/types.ts';
import type { Probes } from './service.ts';
import { rangeOf } from './rules/time-range.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The past of a probe: results, figures over time, days, changes of status. */
export function historyRoutes(probes: Probes): Routes {
  return async (server) => {
    server.get(
      '/api/v1/probes/:id/results',
      {
        config: { access: 'dashboard.read' },
        schema: {
          params: byId,
          querystring: timeRange.extend(pageQuery.shape),
          response: { 200: pageOf(probeResult) },
        },
      },
      async ({ params, query: { from, to, cursor, limit } }) => {
        await probes.mustExist(params.id);
        const range = rangeOf({ from, to }, { now: probes.now(), defaultMs: 30 * dayMs });
        return probes.history.results(params.id, { ...range, cursor, limit });
      },
    );

    server.get(
      '/api/v1/probes/:id/series',
      {
        config: { access: 'dashboard.read' },
        schema: { params: byId, querystring: seriesQuery, response: { 200: series } },
      },
      async ({ params, query: { from, to, points, value } }) => {
        await probes.mustExist(params.id);
        const range = rangeOf({ from, to }, { now: probes.now(), defaultMs: 24 * hourMs });
        return probes.history.series(params.id, { ...range, points, value });
      },
    );

    server.get(
      '/api/v1/probes/:id/days',
      {
        config: { access: 'dashboard.read' },
        schema: { params: byId, querystring: timeRange, response: { 200: pageOf(dayRollup) } },
      },
      async ({ params, query }) => {
        const range = rangeOf(query, { now: probes.now(), defaultMs: 90 * dayMs });
        return { items: [...(await probes.days(params.id, range))], nextCursor: null };
      },
    );

    server.get(
      '/api/v1/probes/:id/changes',
      {
        config: { access: 'dashboard.read' },
        schema: { params: byId, querystring: pageQuery, response: { 200: pageOf(statusChange) } },
      },
      async ({ params, query }) => {
        await probes.mustExist(params.id);
        return probes.changes(params.id, query);
      },
    );
  };
}
