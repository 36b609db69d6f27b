import type { AuditRecorder } from '../audit/recorder.ts';
import type { AuditEventDraft, AuditParty } from '../audit/types.ts';

/**
 * Words of this folder.
 *
 * - **guard**: what stands around a route and records that data was read there.
 * - **declaration**: what a route says about itself: what data, why, by whom, how many records.
 * - **access**: an answer with status 200 to 299; recorded as `data.access`.
 * - **denied**: an answer with status 401 or 403; recorded as `access.violation`.
 */

/** What every route of a program has in common. */
export interface GuardOptions<Request> {
  readonly recorder: Pick<AuditRecorder, 'record' | 'enqueue'>;
  /** Who reads; asked when the answer is known, after authentication. Undefined is recorded as anonymous. */
  readonly actor: (request: Request) => AuditParty | undefined;
  readonly tenant?: ((request: Request) => string | undefined) | undefined;
  /** Network address of the caller; what the framework takes for it when left out. */
  readonly address?: ((request: Request) => string | undefined) | undefined;
  /** Told when an event could not be recorded, besides the recorder's own `onProblem`. */
  readonly onFailure?: ((error: unknown, event: AuditEventDraft | undefined) => void) | undefined;
}

/** What one route says about itself. */
export interface DataAccess<Request> {
  /** What is read, such as `orders` or `report/payouts`; at most 500 characters. */
  readonly resource: string | ((request: Request) => string);
  /** Why, such as `support case`. */
  readonly purpose?: string | ((request: Request) => string | undefined) | undefined;
  /** Whose data it is, where that is one person or thing; the query is sealed under this party's key. */
  readonly target?: ((request: Request) => AuditParty | undefined) | undefined;
  /** The query as it ran; method, path and query string when left out. Sealed in the log. */
  readonly query?: ((request: Request) => string | undefined) | undefined;
  /**
   * How many records the body holds. When left out: the length of a list, or of the list in `items`, `data`,
   * `results`, `records` or `rows`; 1 for another object; 0 for nothing. What is neither, such as a file or a
   * stream, is counted here or by `setRecordCount`.
   */
  readonly count?: ((body: unknown, request: Request) => number | undefined) | undefined;
  /** The permission that a denied caller lacked. */
  readonly permission?: string | undefined;
  /**
   * `required`, the default: the record is durable before the first byte leaves; without it the caller gets
   * 503 and no data. `after`: recorded when the answer is out, in a batch.
   */
  readonly mode?: 'required' | 'after' | undefined;
}

/** What the framework knows of a request. */
export interface RequestFacts {
  readonly method: string;
  /** Path and query string. */
  readonly url: string;
  readonly address: string | undefined;
  readonly requestId: string | undefined;
  /** W3C trace context. */
  readonly traceparent: string | undefined;
}
