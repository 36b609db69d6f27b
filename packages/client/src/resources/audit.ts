import {
  auditEvent,
  auditEventDetail,
  auditEventTypes,
  auditHealth,
  auditHistogram,
  auditTop,
  done,
  pageOf,
  revealed,
  savedSearch,
  savedSearches,
  securityGroups,
  type auditExportFormat,
  type auditTopField,
  type revealInput,
  type z,
} from '@custos/contract';
import { recordOnce } from '../audit/record-once.ts';
import type { AuditRecorderOptions } from '../audit/options.ts';
import { createAuditRecorder, type AuditRecorder } from '../audit/recorder.ts';
import type { AuditEventDraft, Recorded } from '../audit/types.ts';
import { createDownload, type ClientOptions, type Request } from '../transport.ts';
import { filterQuery, type AuditFilter } from './audit-filter.ts';
import { ledgerCalls } from './audit-ledger.ts';
import { privacyCalls } from './audit-privacy.ts';
import { instant, type PageRequest } from './instants.ts';

/** A search to keep; times in ms. */
export interface SavedSearchDraft {
  readonly name: string;
  /** True: everybody who may read the audit log sees it. */
  readonly shared?: boolean | undefined;
  readonly filter: AuditFilter;
}

const pathOf = (id: string): string => `/api/v1/audit/events/${encodeURIComponent(id)}`;

/** The audit log. Whatever shows events puts that on record first. */
export function auditCalls(request: Request, client: ClientOptions) {
  const download = createDownload(client);
  return {
    /** Events, newest first. */
    list: ({ cursor, limit, ...filter }: AuditFilter & PageRequest = {}, signal?: AbortSignal) =>
      request('GET', '/api/v1/audit/events', {
        schema: pageOf(auditEvent),
        query: { ...filterQuery(filter), cursor, limit },
        signal,
      }),
    /** One event with its proof. */
    get: (id: string, signal?: AbortSignal) =>
      request('GET', pathOf(id), { schema: auditEventDetail, signal }),
    /** The value of a sealed field, such as `address`; the reason goes on record. */
    reveal: (id: string, body: z.input<typeof revealInput>) =>
      request('POST', `${pathOf(id)}/reveal`, { schema: revealed, body }),
    /** The catalogue of event types. */
    types: (signal?: AbortSignal) =>
      request('GET', '/api/v1/audit/types', { schema: auditEventTypes, signal }),
    /** Events per step; at most 2,000 steps. */
    histogram: (
      {
        stepMs,
        ...filter
      }: AuditFilter & { readonly from: number; readonly to: number; readonly stepMs: number },
      signal?: AbortSignal,
    ) =>
      request('GET', '/api/v1/audit/histogram', {
        schema: auditHistogram,
        query: { ...filterQuery(filter), stepMs },
        signal,
      }),
    /** The most frequent values of a field; `limit` 1 to 1,000, 10 unless told. */
    top: (
      {
        field,
        limit,
        ...filter
      }: AuditFilter & { readonly field: z.input<typeof auditTopField>; readonly limit?: number | undefined },
      signal?: AbortSignal,
    ) =>
      request('GET', '/api/v1/audit/top', {
        schema: auditTop,
        query: { ...filterQuery(filter), field, limit },
        signal,
      }),
    /** Security events by source, those with most events first. */
    securityGroups: (range: { readonly from: number; readonly to: number }, signal?: AbortSignal) =>
      request('GET', '/api/v1/audit/security-groups', {
        schema: securityGroups,
        query: { from: instant(range.from), to: instant(range.to) },
        signal,
      }),
    searches: searchCalls(request),
    /** What a search finds, newest first, as a file that is still coming; read its `body`. */
    export: (
      { format, ...filter }: AuditFilter & { readonly format?: z.input<typeof auditExportFormat> } = {},
      signal?: AbortSignal,
    ): Promise<Response> =>
      download('GET', '/api/v1/audit/export', {
        query: { ...filterQuery(filter), format },
        signal,
        timeoutMs: 120_000,
      }),
    ...privacyCalls(request, download),
    ...ledgerCalls(request, client),
    /** The components of row A13 with their thresholds. */
    health: (signal?: AbortSignal) => request('GET', '/api/v1/audit/health', { schema: auditHealth, signal }),
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

function searchCalls(request: Request) {
  const path = '/api/v1/audit/searches';
  const one = (id: string): string => `${path}/${encodeURIComponent(id)}`;
  const bodyOf = ({ filter: { from, to, ...filter }, ...draft }: SavedSearchDraft) => ({
    ...draft,
    filter: { ...filter, from: instant(from), to: instant(to) },
  });
  return {
    /** Own and shared ones. */
    list: (signal?: AbortSignal) => request('GET', path, { schema: savedSearches, signal }),
    create: (draft: SavedSearchDraft) => request('POST', path, { schema: savedSearch, body: bodyOf(draft) }),
    /** Replaces an own one. */
    update: (id: string, draft: SavedSearchDraft) =>
      request('PUT', one(id), { schema: savedSearch, body: bodyOf(draft) }),
    remove: (id: string) => request('DELETE', one(id), { schema: done }),
  };
}
