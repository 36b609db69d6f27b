import {
  deadJob,
  detailedHealthBody,
  done,
  healthBody,
  jobRun,
  jobSchedule,
  overview,
  pageOf,
  settings,
  systemStatus,
  type jobRunQuery,
  type Settings,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

export function overviewCalls(request: Request) {
  return {
    get: (signal?: AbortSignal) => request('GET', '/api/v1/overview', { schema: overview, signal }),
  };
}

/** The paths that other systems read; `get` needs no token. */
export function healthCalls(request: Request) {
  return {
    get: (signal?: AbortSignal) => request('GET', '/api/health', { schema: healthBody, signal }),
    detailed: (signal?: AbortSignal) =>
      request('GET', '/api/health/detailed', { schema: detailedHealthBody, signal }),
  };
}

export function settingsCalls(request: Request) {
  return {
    get: (signal?: AbortSignal) => request('GET', '/api/v1/settings', { schema: settings, signal }),
    update: (body: Partial<Settings>) => request('PATCH', '/api/v1/settings', { schema: settings, body }),
  };
}

export function systemCalls(request: Request) {
  return {
    status: (signal?: AbortSignal) => request('GET', '/api/v1/system', { schema: systemStatus, signal }),
  };
}

export function jobCalls(request: Request) {
  const dead = (id: string, act: string): string => `/api/v1/jobs/dead/${encodeURIComponent(id)}/${act}`;
  return {
    schedules: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/jobs/schedules', { schema: pageOf(jobSchedule), query: { ...page }, signal }),
    runs: (query: z.input<typeof jobRunQuery> & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/jobs/runs', { schema: pageOf(jobRun), query: { ...query }, signal }),
    dead: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/jobs/dead', { schema: pageOf(deadJob), query: { ...page }, signal }),
    replay: (id: string) => request('POST', dead(id, 'replay'), { schema: done }),
    discard: (id: string) => request('POST', dead(id, 'discard'), { schema: done }),
  };
}
