import { byId, done, savedLogSearch, savedLogSearches, savedLogSearchInput } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { SavedLogSearch, SavedLogSearches } from './searches/service.ts';

const edit = { access: 'dashboard.edit' } as const;

const viewOf = ({ id, name, shared, owner, filter, createdAt }: SavedLogSearch, viewer: string) => ({
  id,
  name,
  shared,
  own: owner === viewer,
  query: filter.query,
  categories: [...filter.categories],
  columns: [...filter.columns],
  createdAt,
});

/** Log searches that people keep, for themselves or for everybody who may read logs. */
export function savedSearchRoutes(searches: SavedLogSearches): Routes {
  return async (app) => {
    app.get(
      '/api/v1/logs/searches',
      {
        config: { access: 'log.read' },
        schema: { summary: 'Own and shared log searches', response: { 200: savedLogSearches } },
      },
      async ({ identity }) => {
        const viewer = identity?.userId ?? '';
        return { searches: (await searches.list(viewer)).map((search) => viewOf(search, viewer)) };
      },
    );
    app.post(
      '/api/v1/logs/searches',
      {
        config: { ...edit, audit: 'log-search.create' },
        schema: {
          summary: 'Keep a log search',
          body: savedLogSearchInput,
          response: { 201: savedLogSearch },
        },
      },
      async ({ identity, body: { name, shared, ...filter } }, reply) => {
        const owner = identity?.userId ?? '';
        return reply.code(201).send(viewOf(await searches.create(owner, { name, shared, filter }), owner));
      },
    );
    app.put(
      '/api/v1/logs/searches/:id',
      {
        config: { ...edit, audit: 'log-search.update' },
        schema: {
          summary: 'Change an own log search',
          params: byId,
          body: savedLogSearchInput,
          response: { 200: savedLogSearch },
        },
      },
      async ({ identity, params, body: { name, shared, ...filter } }) => {
        const owner = identity?.userId ?? '';
        return viewOf(await searches.update(owner, params.id, { name, shared, filter }), owner);
      },
    );
    app.delete(
      '/api/v1/logs/searches/:id',
      {
        config: { ...edit, audit: 'log-search.delete' },
        schema: { summary: 'Forget an own log search', params: byId, response: { 200: done } },
      },
      async ({ identity, params }) => {
        await searches.remove(identity?.userId ?? '', params.id);
        return { ok: true as const };
      },
    );
  };
}
