import { done, pageOf, service, type serviceInput, type servicePatch, type z } from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

export function serviceCalls(request: Request) {
  const at = (id: string): string => `/api/v1/services/${encodeURIComponent(id)}`;
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/services', { schema: pageOf(service), query: { ...page }, signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: service, signal }),
    create: (body: z.input<typeof serviceInput>) =>
      request('POST', '/api/v1/services', { schema: service, body }),
    update: (id: string, body: z.input<typeof servicePatch>) =>
      request('PATCH', at(id), { schema: service, body }),
    remove: (id: string) => request('DELETE', at(id), { schema: done }),
  };
}
