import { pageOf, traceDetail, traceSummary } from '@custos/contract';
import type { Request } from '../transport.ts';
import { instant, type PageRequest, type TimeRange } from './instants.ts';

/** Which traces; times in ms. */
export interface TraceFilter extends TimeRange {
  readonly service?: string | undefined;
  readonly name?: string | undefined;
  readonly minDurationMs?: number | undefined;
  readonly errorsOnly?: boolean | undefined;
}

export function traceCalls(request: Request) {
  return {
    /** Newest first. */
    list: ({ from, to, ...filter }: TraceFilter & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/traces', {
        schema: pageOf(traceSummary),
        query: { ...filter, from: instant(from), to: instant(to) },
        signal,
      }),
    get: (traceId: string, signal?: AbortSignal) =>
      request('GET', `/api/v1/traces/${encodeURIComponent(traceId)}`, { schema: traceDetail, signal }),
  };
}
