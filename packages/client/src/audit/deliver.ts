import { ApiError, ConnectionError, errorOf, type FieldError } from '../errors.ts';
import { addressOf } from '../transport.ts';
import type { Batch } from './queue.ts';
import type { Recorded } from './types.ts';

/** What the server says about one event. */
export type EventAnswer =
  | ({ readonly status: 'accepted' } & Recorded)
  | { readonly status: 'rejected'; readonly code: string; readonly errors: readonly FieldError[] }
  | { readonly status: 'dropped'; readonly code: string };

/**
 * What became of one try to deliver a batch.
 *
 * - `answered`: the server decided about every event.
 * - `again`: nobody knows; the same batch under the same key is tried again, not before `afterMs` if given.
 * - `refused`: the server does not let this program record (401, 403, 404 ...); tried again, slowly.
 * - `unfit`: the server read the batch, kept nothing of it and will never take it as it is.
 * - `key-taken`: the key stands for other events.
 */
export type Delivery =
  | { readonly kind: 'answered'; readonly answers: readonly EventAnswer[] }
  | { readonly kind: 'again'; readonly afterMs: number | null; readonly error: unknown }
  | { readonly kind: 'refused' | 'unfit' | 'key-taken'; readonly error: ApiError };

export interface Deliverer {
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  token(): Promise<string | undefined>;
}

const path = '/api/v1/audit/events';

const isNumberOrNull = (value: unknown): boolean => value === null || typeof value === 'number';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

function isAnswer(value: unknown): value is EventAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const one = value as Record<string, unknown>;
  if (one['status'] === 'accepted') {
    const { id, log, index, leafHash } = one;
    return (
      typeof id === 'string' && typeof log === 'string' && isNumberOrNull(index) && isTextOrNull(leafHash)
    );
  }
  if (one['status'] === 'rejected') return typeof one['code'] === 'string' && Array.isArray(one['errors']);
  return one['status'] === 'dropped' && typeof one['code'] === 'string';
}

/** Reads `{ results }` with one answer for each of `count` events; undefined when it is anything else. */
function readAnswers(body: unknown, count: number): readonly EventAnswer[] | undefined {
  const results = (body as { readonly results?: unknown } | null | undefined)?.results;
  if (!Array.isArray(results) || results.length !== count || !results.every(isAnswer)) return undefined;
  return results;
}

/** `Retry-After` in ms: seconds or a date (RFC 9110, 10.2.3); null when there is none. */
function retryAfterMs(value: string | null, now: number): number | null {
  if (value === null) return null;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

function judged(error: ApiError, afterMs: number | null): Delivery {
  const { status } = error;
  // A proxy's page decides nothing about events, but for its limit on sizes.
  const isOurs = error.code !== 'unexpected_reply';
  if (status === 409 && isOurs) return { kind: 'key-taken', error };
  if (status === 413 || ((status === 400 || status === 422) && isOurs)) return { kind: 'unfit', error };
  if ([400, 409, 422].includes(status)) return { kind: 'again', afterMs, error };
  // 408 and 425 ask for another try; every other 4xx says that this program may not, or not here.
  if (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) return { kind: 'refused', error };
  return { kind: 'again', afterMs, error };
}

/** Sends a batch once. Never rejects. */
export async function deliver(
  batch: Batch,
  via: Deliverer,
  context: { readonly signal: AbortSignal; readonly now: number },
): Promise<Delivery> {
  const deadline = AbortSignal.timeout(via.timeoutMs);
  try {
    const token = await via.token();
    const body = `[${batch.events.map(({ text }) => text).join(',')}]`;
    const response = await via.fetch(addressOf(via.url, path, { acknowledgement: 'durable' }), {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'idempotency-key': batch.key,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body,
      // Lets a browser finish the request when the page goes away; it takes 64 KB at most.
      keepalive: body.length < 20_000,
      credentials: 'same-origin',
      redirect: 'error',
      signal: AbortSignal.any([context.signal, deadline]),
    });
    if (!response.ok) {
      const afterMs = retryAfterMs(response.headers.get('retry-after'), context.now);
      return judged(await errorOf(response), afterMs);
    }
    const answers = readAnswers(await response.json(), batch.events.length);
    if (answers !== undefined) return { kind: 'answered', answers };
    const message = 'The answer does not say what became of each event.';
    const error = new ApiError(response.status, { code: 'unexpected_reply', message });
    return { kind: 'again', afterMs: null, error };
  } catch (error) {
    const code = deadline.aborted ? 'timeout' : 'unreachable';
    return { kind: 'again', afterMs: null, error: new ConnectionError(code, error) };
  }
}
