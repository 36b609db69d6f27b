import * as contract from '@custos/contract';
import type { z } from 'zod';
import { builtInDashboards } from '../../server/src/telemetry/dashboards/built-in/all.ts';
import { makeId } from './chance.ts';

const kept: contract.DashboardView[] = [];
const at = Date.now() - 86_400_000;
const builtIn = builtInDashboards.map((dashboard): contract.DashboardView => ({
  ...dashboard,
  origin: 'built-in',
  own: false,
  createdAt: at,
  updatedAt: at,
}));
const all = (): contract.DashboardView[] => [...kept, ...builtIn];
type Answer = { schema: z.ZodType; value: unknown };
type Call = { id: string; body: Record<string, unknown> };

const put = (id: string, body: Record<string, unknown>): Answer => {
  const { basedOn: _basedOn, ...input } = contract.dashboardUpdate.parse(body);
  const made: contract.DashboardView = {
    ...input,
    id,
    origin: 'dashboard',
    own: true,
    createdAt: at,
    updatedAt: Date.now(),
  };
  const place = kept.findIndex((each) => each.id === id);
  if (place < 0) kept.push(made);
  else kept[place] = made;
  return { schema: contract.dashboard, value: made };
};

/** Dashboards: those that come with Custos, and what is made here. */
export const dashboardRoutes = [
  {
    method: 'GET',
    path: '/dashboards',
    run: (): Answer => ({
      schema: contract.pageOf(contract.dashboardSummary),
      value: {
        items: all().map(({ panels, variables: _variables, ...rest }) => ({
          ...rest,
          panels: panels.length,
        })),
        nextCursor: null,
      },
    }),
  },
  { method: 'POST', path: '/dashboards', run: ({ body }: Call) => put(makeId('dsh'), body) },
  {
    method: 'GET',
    path: '/dashboards/:id',
    run: ({ id }: Call) => {
      const value = all().find((each) => each.id === id);
      return value === undefined
        ? { problem: { status: 404, code: 'not_found', detail: `There is no dashboard "${id}".` } }
        : { schema: contract.dashboard, value };
    },
  },
  { method: 'PUT', path: '/dashboards/:id', run: ({ id, body }: Call) => put(id, body) },
  {
    method: 'DELETE',
    path: '/dashboards/:id',
    run: ({ id }: Call): Answer => {
      const place = kept.findIndex((each) => each.id === id);
      if (place >= 0) kept.splice(place, 1);
      return { schema: contract.done, value: { ok: true } };
    },
  },
];
