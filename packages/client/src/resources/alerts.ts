import {
  alert,
  alertDetail,
  done,
  pageOf,
  rule,
  type alertListQuery,
  type ruleInput,
  type rulePatch,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

export function alertCalls(request: Request) {
  const at = (id: string, rest = ''): string => `/api/v1/alerts/${encodeURIComponent(id)}${rest}`;
  return {
    list: (query: z.input<typeof alertListQuery> & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/alerts', { schema: pageOf(alert), query: { ...query }, signal }),
    /** One alert with its history. */
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: alertDetail, signal }),
    acknowledge: (id: string, note = '') =>
      request('POST', at(id, '/acknowledge'), { schema: alert, body: { note } }),
    resolve: (id: string, note = '') =>
      request('POST', at(id, '/resolve'), { schema: alert, body: { note } }),
    /** Acknowledges with the token of a message's link; needs no sign-in. */
    acknowledgeByLink: (token: string) =>
      request('POST', '/api/v1/acknowledge', { schema: alert, body: { token } }),
  };
}

export function ruleCalls(request: Request) {
  const at = (id: string): string => `/api/v1/rules/${encodeURIComponent(id)}`;
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/rules', { schema: pageOf(rule), query: { ...page }, signal }),
    create: (body: z.input<typeof ruleInput>) => request('POST', '/api/v1/rules', { schema: rule, body }),
    update: (id: string, body: z.input<typeof rulePatch>) => request('PATCH', at(id), { schema: rule, body }),
    remove: (id: string) => request('DELETE', at(id), { schema: done }),
  };
}
