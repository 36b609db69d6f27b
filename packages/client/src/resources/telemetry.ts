import {
  done,
  ingestStatus,
  logRule,
  logRules,
  storageStatus,
  type logRuleInput,
  type retentionInput,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';

export function ingestCalls(request: Request) {
  return {
    /** Who sends what, what is refused and why. */
    status: (signal?: AbortSignal) => request('GET', '/api/v1/ingest', { schema: ingestStatus, signal }),
  };
}

export function storageCalls(request: Request) {
  return {
    status: (signal?: AbortSignal) => request('GET', '/api/v1/storage', { schema: storageStatus, signal }),
    /** Sets how long telemetry is kept. Keeping something for less time may need a second person. */
    keep: (body: z.input<typeof retentionInput>) =>
      request('PUT', '/api/v1/storage', { schema: storageStatus, body }),
  };
}

export function logRuleCalls(request: Request) {
  const path = '/api/v1/log-rules';
  const one = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  return {
    list: (signal?: AbortSignal) => request('GET', path, { schema: logRules, signal }),
    create: (body: z.input<typeof logRuleInput>) => request('POST', path, { schema: logRule, body }),
    update: (id: string, body: z.input<typeof logRuleInput>) =>
      request('PUT', one(id), { schema: logRule, body }),
    remove: (id: string) => request('DELETE', one(id), { schema: done }),
  };
}
