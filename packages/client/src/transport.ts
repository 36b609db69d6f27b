import type { z } from '@custos/contract';
import { ApiError, ApprovalPendingError, ConnectionError, errorOf, pendingOf } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Values of a query string; those that are undefined are left out, and lists are given once for each value. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface ClientOptions {
  /** Where Custos is, such as `https://custos.example.com`; `''` in a browser for its own origin. */
  readonly baseUrl: string;
  /** An API token; a browser leaves it out and rides on its session cookie. */
  readonly token?: string | undefined;
  /** The `fetch` to use; the platform's otherwise. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds until a request counts as failed; 30,000 unless told. */
  readonly timeoutMs?: number | undefined;
}

export interface RequestOptions<Schema extends z.ZodType> {
  /** The shape of a good answer; decoding turns RFC 3339 times into milliseconds. */
  readonly schema: Schema;
  readonly query?: Query | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** In place of the client's own, for what takes its time. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Sends one request and decodes its answer; rejects with `ApiError`, `ConnectionError` or, while
 * the act waits for a second person, `ApprovalPendingError`.
 */
export type Request = <Schema extends z.ZodType>(
  method: Method,
  path: string,
  options: RequestOptions<Schema>,
) => Promise<z.output<Schema>>;

/** The address of a path with its query. */
export function addressOf(baseUrl: string, path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly string[]) : [value]).flatMap((one) =>
      one === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(one as string)}`],
    ),
  );
  return `${baseUrl.replace(/\/+$/, '')}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** Gets what is no JSON: the answer itself, once its head has come; rejects as `Request` does. */
export type Download = (
  method: Method,
  path: string,
  options: Omit<RequestOptions<z.ZodType>, 'schema'>,
) => Promise<Response>;

function initOf(
  { token }: ClientOptions,
  { method, accept, body }: { readonly method: Method; readonly accept: string; readonly body: unknown },
): RequestInit {
  const headers: Record<string, string> = { accept };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) init.body = JSON.stringify(body);
  return init;
}

/** Returns the function that fetches files; the time limit is for their beginning, not for all of them. */
export function createDownload(options: ClientOptions): Download {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  return async (method, path, { query, body, signal, timeoutMs = options.timeoutMs ?? 30_000 }) => {
    const overdue = new AbortController();
    const timer = setTimeout(() => overdue.abort(), timeoutMs);
    const init = initOf(options, { method, accept: '*/*', body });
    init.signal = signal === undefined ? overdue.signal : AbortSignal.any([signal, overdue.signal]);
    try {
      const response = await send(addressOf(options.baseUrl, path, query), init);
      if (!response.ok) throw await errorOf(response);
      const pending = response.status === 202 ? pendingOf(202, await response.clone().json()) : undefined;
      if (pending !== undefined) throw pending;
      return response;
    } catch (error) {
      if (error instanceof ApiError || error instanceof ApprovalPendingError || signal?.aborted) throw error;
      throw new ConnectionError(overdue.signal.aborted ? 'timeout' : 'unreachable', error);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Returns the `request` function that every resource uses. */
export function createRequest(options: ClientOptions): Request {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);

  return async (method, path, { schema, query, body, signal, timeoutMs }) => {
    const deadline = AbortSignal.timeout(timeoutMs ?? options.timeoutMs ?? 30_000);
    const init = initOf(options, { method, accept: 'application/json', body });
    init.signal = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);

    let response: Response;
    let answer: unknown;
    try {
      response = await send(addressOf(options.baseUrl, path, query), init);
      if (!response.ok) throw await errorOf(response);
      const text = await response.text();
      answer = text === '' ? undefined : parse(text, response);
    } catch (error) {
      // A caller who aborts gets its own reason back; everything else is ours to name.
      if (error instanceof ApiError || signal?.aborted) throw error;
      throw new ConnectionError(deadline.aborted ? 'timeout' : 'unreachable', error);
    }
    const pending = pendingOf(response.status, answer);
    if (pending !== undefined) throw pending;
    const decoded = schema.safeParse(answer);
    if (decoded.success) return decoded.data;
    throw unexpected(response, decoded.error);
  };
}

function parse(text: string, response: Response): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unexpected(response, error);
  }
}

function unexpected(response: Response, cause: unknown): ApiError {
  return new ApiError(response.status, {
    code: 'unexpected_reply',
    message: 'The answer has a shape that this version does not know; reload, or update the client.',
    requestId: response.headers.get('x-request-id'),
    cause,
  });
}
