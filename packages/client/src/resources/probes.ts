import {
  dayRollup,
  done,
  kindDescription,
  pageOf,
  probe,
  probeResult,
  series,
  statusChange,
  type probeInput,
  type probeListQuery,
  type probePatch,
  type probeTryRequest,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import { instant, type PageRequest, type TimeRange } from './instants.ts';

export interface SeriesRequest extends TimeRange {
  /** Buckets at most, 10 to 2,000. */
  readonly points?: number | undefined;
  /** `latency_ms`, or a value that the kind measures. */
  readonly value?: string | undefined;
}

export function probeCalls(request: Request) {
  const at = (id: string, rest = ''): string => `/api/v1/probes/${encodeURIComponent(id)}${rest}`;
  return {
    /** The kinds with the JSON Schemas that forms are made from. */
    kinds: (signal?: AbortSignal) =>
      request('GET', '/api/v1/probe-kinds', { schema: pageOf(kindDescription), signal }),
    list: (query: z.input<typeof probeListQuery> & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/probes', { schema: pageOf(probe), query: { ...query }, signal }),
    get: (id: string, signal?: AbortSignal) => request('GET', at(id), { schema: probe, signal }),
    create: (body: z.input<typeof probeInput>) => request('POST', '/api/v1/probes', { schema: probe, body }),
    update: (id: string, body: z.input<typeof probePatch>) =>
      request('PATCH', at(id), { schema: probe, body }),
    remove: (id: string) => request('DELETE', at(id), { schema: done }),
    /** Runs a probe that is not saved, once. */
    try: (body: z.input<typeof probeTryRequest>, signal?: AbortSignal) =>
      request('POST', '/api/v1/probes/try', { schema: probeResult, body, signal }),
    /** Runs a saved probe now; the result counts. */
    check: (id: string) => request('POST', at(id, '/check'), { schema: probeResult }),
    /** Raw results, newest first. */
    results: (id: string, { from, to, ...page }: TimeRange & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', at(id, '/results'), {
        schema: pageOf(probeResult),
        query: { ...page, from: instant(from), to: instant(to) },
        signal,
      }),
    /** Buckets of equal length for a chart. */
    series: (id: string, { from, to, ...query }: SeriesRequest = {}, signal?: AbortSignal) =>
      request('GET', at(id, '/series'), {
        schema: series,
        query: { ...query, from: instant(from), to: instant(to) },
        signal,
      }),
    /** One entry per day of the long history. */
    days: (id: string, { from, to, ...page }: TimeRange & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', at(id, '/days'), {
        schema: pageOf(dayRollup),
        query: { ...page, from: instant(from), to: instant(to) },
        signal,
      }),
    /** Changes of status, newest first. */
    changes: (id: string, { from, to, ...page }: TimeRange & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', at(id, '/changes'), {
        schema: pageOf(statusChange),
        query: { ...page, from: instant(from), to: instant(to) },
        signal,
      }),
  };
}
