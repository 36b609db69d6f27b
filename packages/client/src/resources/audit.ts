import { auditEvent, pageOf, type auditQuery, type z } from '@custos/contract';
import { recordOnce } from '../audit/record-once.ts';
import type { AuditRecorderOptions } from '../audit/options.ts';
import { createAuditRecorder, type AuditRecorder } from '../audit/recorder.ts';
import type { AuditEventDraft, Recorded } from '../audit/types.ts';
import type { ClientOptions, Request } from '../transport.ts';
import { instant, type PageRequest, type TimeRange } from './instants.ts';

/** Filters of the audit log; times in milliseconds. */
export interface AuditFilter extends TimeRange {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: z.input<typeof auditQuery>['outcome'];
}

export function auditCalls(request: Request, client: ClientOptions) {
  return {
    /** Events, newest first. */
    list: ({ from, to, ...query }: AuditFilter & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/audit/events', {
        schema: pageOf(auditEvent),
        query: { ...query, from: instant(from), to: instant(to) },
        signal,
      }),
    /**
     * Records one event in a request of its own; on record when it resolves. It is tried once: rejects with
     * an `AuditRecordError` (`invalid_event`, `event_rejected`, `event_dropped`), an `ApiError`, or a
     * `ConnectionError`, after which nobody knows whether it is on record. A program that records often, or
     * must not lose an event, uses `recorder`.
     */
    record: (event: AuditEventDraft, signal?: AbortSignal): Promise<Recorded> =>
      recordOnce(event, client, signal),
    /** A recorder with this client's address and token: batches, tries again, never drops silently. */
    recorder: (options: Omit<AuditRecorderOptions, 'url' | 'token' | 'fetch'> = {}): AuditRecorder =>
      createAuditRecorder({ ...options, url: client.baseUrl, token: client.token, fetch: client.fetch }),
  };
}
