import {
  erasureReport,
  legalHold,
  pageOf,
  type erasureInput,
  type evidenceInput,
  type z,
} from '@custos/contract';
import type { Download, Request } from '../transport.ts';
import { instant } from './instants.ts';

/** What must be kept while the hold stands; null means every log, or any time. */
export interface LegalHoldDraft {
  readonly logs?: readonly string[] | null | undefined;
  /** Times of receipt, ms. */
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
  readonly reason: string;
}

/** Evidence for others, erasure, and legal holds. */
export function privacyCalls(request: Request, download: Download) {
  const holds = '/api/v1/audit/holds';
  const time = (ms: number | null | undefined) => (ms === null ? null : instant(ms));
  return {
    /** A ZIP archive that verifies offline; read its `body`. */
    evidence: (body: z.input<typeof evidenceInput>, signal?: AbortSignal): Promise<Response> =>
      download('POST', '/api/v1/audit/evidence', { body, signal, timeoutMs: 120_000 }),
    /** Destroys what is known of a person; every proof stays valid. Cannot be undone. */
    erase: (body: z.input<typeof erasureInput>) =>
      request('POST', '/api/v1/audit/erasures', { schema: erasureReport, body, timeoutMs: 120_000 }),
    holds: {
      list: (signal?: AbortSignal) => request('GET', holds, { schema: pageOf(legalHold), signal }),
      place: ({ from, to, ...draft }: LegalHoldDraft) =>
        request('POST', holds, { schema: legalHold, body: { ...draft, from: time(from), to: time(to) } }),
      release: (id: string, body: { readonly reason: string }) =>
        request('POST', `${holds}/${encodeURIComponent(id)}/release`, { schema: legalHold, body }),
    },
  };
}
