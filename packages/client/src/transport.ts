import type { z } from '@custos/contract';
import { ApiError, ConnectionError, errorOf } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** Values of a query string; those that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

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
}

/** Sends one request and decodes its answer; rejects with `ApiError` or `ConnectionError`. */
export type Request = <Schema extends z.ZodType>(
  method: Method,
  path: string,
  options: RequestOptions<Schema>,
) => Promise<z.output<Schema>>;

/** The address of a path with its query. */
export function addressOf(baseUrl: string, path: string, query: Query = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return `${baseUrl.replace(/\/+$/, '')}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
}

/** Returns the `request` function that every resource uses. */
export function createRequest(options: ClientOptions): Request {
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const timeoutMs = options.timeoutMs ?? 30_000;

  return async (method, path, { schema, query, body, signal }) => {
    const headers: Record<string, string> = { accept: 'application/json' };
    if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const deadline = AbortSignal.timeout(timeoutMs);
    const init: RequestInit = {
      method,
      headers,
      credentials: 'same-origin',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    };
    if (body !== undefined) init.body = JSON.stringify(body);

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
