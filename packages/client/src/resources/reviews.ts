import {
  accessReview,
  pageOf,
  reviewEvidence,
  reviewLine,
  type reviewDecide,
  type z,
} from '@custos/contract';
import type { Request } from '../transport.ts';
import type { PageRequest } from './instants.ts';

/** The quarterly list of who has what. */
export function reviewCalls(request: Request) {
  const all = '/api/v1/access-reviews';
  const of = (id: string, part = ''): string => `${all}/${encodeURIComponent(id)}${part}`;
  return {
    list: (page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', all, { schema: pageOf(accessReview), query: { ...page }, signal }),
    /** Begins the review of this quarter. */
    start: () => request('POST', all, { schema: accessReview }),
    get: (id: string, signal?: AbortSignal) => request('GET', of(id), { schema: accessReview, signal }),
    lines: (id: string, page: PageRequest = {}, signal?: AbortSignal) =>
      request('GET', of(id, '/lines'), { schema: pageOf(reviewLine), query: { ...page }, signal }),
    /** To revoke acts at once: the person is disabled, the token revoked. */
    decide: (id: string, body: z.input<typeof reviewDecide>) =>
      request('POST', of(id, '/decide'), { schema: reviewLine, body }),
    sign: (id: string) => request('POST', of(id, '/sign'), { schema: accessReview }),
    /** What was signed; its SHA-256 is `digest`. */
    evidence: (id: string, signal?: AbortSignal) =>
      request('GET', of(id, '/evidence'), { schema: reviewEvidence, signal }),
  };
}
