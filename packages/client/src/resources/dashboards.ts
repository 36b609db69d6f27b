import { dashboard, dashboardSummary, done, pageOf, type dashboardInput, type z } from '@custos/contract';
import type { Request } from '../transport.ts';
import { instant } from './instants.ts';

export function dashboardCalls(request: Request) {
  const path = '/api/v1/dashboards';
  const one = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    /** Own, shared and built-in ones, without what is on them. */
    list: (signal?: AbortSignal) => request('GET', path, { schema: pageOf(dashboardSummary), signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', one(id), { schema: dashboard, signal }),
    create: (body: z.input<typeof dashboardInput>) => request('POST', path, { schema: dashboard, body }),
    /**
     * Replaces an own or a shared one. `basedOn` is the `updatedAt` of what was changed; rejects with the code
     * `conflict` when somebody else has changed it since.
     */
    update: (
      id: string,
      { basedOn, ...input }: z.input<typeof dashboardInput> & { readonly basedOn?: number | undefined },
    ) => request('PUT', one(id), { schema: dashboard, body: { ...input, basedOn: instant(basedOn) } }),
    remove: (id: string) => request('DELETE', one(id), { schema: done }),
  };
}
