import {
  instantResult,
  labelSets,
  metricMetadata,
  names,
  prometheusAnswer,
  prometheusRefusal,
  type z,
} from '@custos/contract';
import { ApiError, ConnectionError, errorOf } from '../errors.ts';
import { addressOf, type ClientOptions, type Query } from '../transport.ts';

/** A window of time, ms. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Asked {
  /** PromQL. */
  readonly query: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer with what it warns of. */
export interface Warned<Data> {
  readonly data: Data;
  readonly warnings: readonly string[];
}

/** Longer queries are sent as a form, since not every proxy takes so long an address. */
const longestAddress = 2_000;

const seconds = (ms: number): string => (ms / 1000).toString();

/** The error of Prometheus's API, whose `errorType` becomes the code, or one of Custos's own. */
async function failureOf(response: Response): Promise<ApiError> {
  const parsed = prometheusRefusal.safeParse(
    await response
      .clone()
      .json()
      .catch(() => undefined),
  );
  if (!parsed.success) return errorOf(response);
  const { errorType, error } = parsed.data;
  return new ApiError(response.status, {
    code: errorType,
    message: error,
    requestId: response.headers.get('x-request-id'),
  });
}

/**
 * Queries of metrics by Prometheus's HTTP API. Rejects as every call does; when a query is at fault, with an
 * `ApiError` whose code is Prometheus's `errorType`, such as `bad_data`, `execution` or `timeout`.
 */
export function metricCalls(options: ClientOptions) {
  const fetchOf = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function send(path: string, query: Query, signal?: AbortSignal): Promise<Response> {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? 120_000);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
    const init: RequestInit = {
      headers,
      credentials: 'same-origin',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    };
    const address = addressOf(options.baseUrl, `/prometheus/api/v1${path}`, query);
    try {
      if (address.length <= longestAddress) return await fetchOf(address, init);
      const [start = '', form = ''] = address.split('?');
      headers['content-type'] = 'application/x-www-form-urlencoded';
      return await fetchOf(start, { ...init, method: 'POST', body: form });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ConnectionError(deadline.aborted ? 'timeout' : 'unreachable', error);
    }
  }

  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    { query, signal }: { readonly query: Query; readonly signal?: AbortSignal | undefined },
  ): Promise<Warned<z.output<Schema>>> {
    const response = await send(path, query, signal);
    if (!response.ok) throw await failureOf(response);
    const answer = prometheusAnswer.safeParse(await response.json());
    const data = schema.safeParse(answer.data?.data);
    if (answer.success && data.success) return { data: data.data, warnings: answer.data.warnings };
    throw new ApiError(response.status, {
      code: 'unexpected_reply',
      message: 'The answer has a shape that this version does not know.',
      requestId: response.headers.get('x-request-id'),
    });
  }

  const among = (match: readonly string[] | undefined, span: Span | undefined): Query => ({
    'match[]': match,
    start: span === undefined ? undefined : seconds(span.from),
    end: span === undefined ? undefined : seconds(span.to),
  });

  return {
    /** The value of an expression at one time, ms; now unless told. */
    query: ({ query, at, signal }: Asked & { readonly at?: number | undefined }) =>
      ask(instantResult, '/query', {
        query: { query, time: at === undefined ? undefined : seconds(at) },
        signal,
      }),
    /**
     * The values of an expression from `from` to `to` in steps of `stepMs`: the JSON as it came, since a large
     * one is better read beside the page than in it.
     */
    async rangeBytes({
      query,
      from,
      to,
      stepMs,
      signal,
    }: Asked & Span & { readonly stepMs: number }): Promise<ArrayBuffer> {
      const response = await send(
        '/query_range',
        { query, start: seconds(from), end: seconds(to), step: seconds(stepMs) },
        signal,
      );
      if (!response.ok) throw await failureOf(response);
      return response.arrayBuffer();
    },
    /** Names of labels, of the series that any of the selectors `match` takes, or of all. */
    labelNames: (asked: { match?: readonly string[]; span?: Span; signal?: AbortSignal } = {}) =>
      ask(names, '/labels', { query: among(asked.match, asked.span), signal: asked.signal }),
    /** Values of a label, likewise. */
    labelValues: (
      label: string,
      asked: { match?: readonly string[]; span?: Span; signal?: AbortSignal } = {},
    ) =>
      ask(names, `/label/${encodeURIComponent(label)}/values`, {
        query: among(asked.match, asked.span),
        signal: asked.signal,
      }),
    series: (asked: { match: readonly string[]; span?: Span; limit?: number; signal?: AbortSignal }) =>
      ask(labelSets, '/series', {
        query: { ...among(asked.match, asked.span), limit: asked.limit },
        signal: asked.signal,
      }),
    /** Type, help and unit by name of metric. */
    metadata: (signal?: AbortSignal) => ask(metricMetadata, '/metadata', { query: {}, signal }),
  };
}
