import { byId, done, savedSearch, savedSearchInput, savedSearches } from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import type { SavedSearch, SavedSearches } from './service.ts';

const config = { access: 'audit.read' } as const;

const viewOf = ({ id, name, shared, owner, filter, createdAt }: SavedSearch, viewer: string) => ({
  id,
  name,
  shared,
  own: owner === viewer,
  filter,
  createdAt,
});

/** Searches that people keep, for themselves or for everybody who may read the audit log. */
export function searchRoutes(searches: SavedSearches): Routes {
  return async (app) => {
    app.get(
      '/api/v1/audit/searches',
      {
        config,
        schema: {
          summary: 'Own and shared searches',
          response: { 200: savedSearches },
        },
      },
      async ({ identity }) => {
        const viewer = identity?.userId ?? '';
        return { searches: (await searches.list(viewer)).map((search) => viewOf(search, viewer)) };
      },
    );
    app.post(
      '/api/v1/audit/searches',
      {
        config: { ...config, audit: 'audit-search.create' },
        schema: { summary: 'Keep a search', body: savedSearchInput, response: { 201: savedSearch } },
      },
      async ({ identity, body }, reply) => {
        const owner = identity?.userId ?? '';
        return reply.code(201).send(viewOf(await searches.create(owner, body), owner));
      },
    );
    app.put(
      '/api/v1/audit/searches/:id',
      {
        config: { ...config, audit: 'audit-search.update' },
        schema: {
          summary: 'Change an own search',
          params: byId,
          body: savedSearchInput,
          response: { 200: savedSearch },
        },
      },
      async ({ identity, params, body }) => {
        const owner = identity?.userId ?? '';
        return viewOf(await searches.update(owner, params.id, body), owner);
      },
    );
    app.delete(
      '/api/v1/audit/searches/:id',
      {
        config: { ...config, audit: 'audit-search.delete' },
        schema: { summary: 'Forget an own search', params: byId, response: { 200: done } },
      },
      async ({ identity, params }) => {
        await searches.remove(identity?.userId ?? '', params.id);
        return { ok: true as const };
      },
    );
  };
}
