import { Readable } from 'node:stream';
import { z } from 'zod';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CustosError } from '../../base/errors.ts';
import { defaultClassLimits } from '../../http/rate-classes.ts';
import type { Routes } from '../../http/types.ts';
import { ApiError } from './api-error.ts';
import { readParameters, type Parameters } from './parameters.ts';
import { createQueryApi, type Answer, type QueryApiParts } from './query-api.ts';
import { resultPieces, writeNotes, type WrittenResult } from './write-result.ts';

const base = '/prometheus/api/v1';
const json = 'application/json; charset=utf-8';

/** Any names, each once or more; each call reads what it knows. */
const parameters = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

type Call = (from: Parameters, signal: AbortSignal) => Promise<Answer | WrittenResult>;

/** Aborts when the caller goes away before the answer is out. */
function callerSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function sendAnswer(reply: FastifyReply, answer: Answer | WrittenResult): FastifyReply {
  reply.type(json);
  if (!('value' in answer)) {
    const { data, warnings = [] } = answer;
    return reply.send(`{"status":"success","data":${JSON.stringify(data)}${writeNotes({ warnings })}}`);
  }
  // Small answers in one piece; of large ones only a piece at a time is in memory.
  const pieces = resultPieces(answer);
  let text = '';
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
    text += next.value;
    if (text.length < 1 << 18) continue;
    const rest = text;
    return reply.send(
      Readable.from(
        (function* all() {
          yield rest;
          yield* pieces;
        })(),
        { objectMode: false },
      ),
    );
  }
  return reply.send(text);
}

/** What a caller may be told of anything that was thrown; undefined for a defect of ours. */
function apiErrorOf(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (!(error instanceof CustosError)) return undefined;
  const type = error.status >= 500 ? 'unavailable' : 'bad_data';
  return new ApiError(type, error.message, error);
}

/**
 * Prometheus's HTTP API (https://prometheus.io/docs/prometheus/latest/querying/api/) under `/prometheus/`, for
 * Grafana, promtool and whatever else asks a Prometheus. Answers and refusals are in its own envelope.
 */
export function prometheusRoutes(parts: QueryApiParts): Routes {
  const api = createQueryApi(parts);

  return async (server) => {
    server.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 1_048_576 },
      (_request, body, done) => {
        const form: Record<string, string[]> = Object.create(null);
        for (const [name, value] of new URLSearchParams(String(body))) (form[name] ??= []).push(value);
        done(null, form);
      },
    );

    const handler =
      (call: Call) =>
      async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
        const query = request.query as Record<string, string | string[]>;
        const form = (request.body ?? {}) as Record<string, string | string[]>;
        const signal = callerSignal(reply);
        try {
          return sendAnswer(reply, await call(readParameters(query, form), signal));
        } catch (error) {
          const known = apiErrorOf(error);
          if (known === undefined) throw error;
          return reply
            .code(known.status)
            .type(json)
            .send(JSON.stringify({ status: 'error', errorType: known.type, error: known.message }));
        }
      };

    const config = {
      access: 'metric.read',
      rateClass: 'query',
      requestsPerMinute: defaultClassLimits.query,
    } as const;
    const get = (path: string, call: Call): void => {
      server.get(`${base}/${path}`, { config, schema: { querystring: parameters } }, handler(call));
    };
    const getAndPost = (path: string, call: Call): void => {
      get(path, call);
      const schema = { querystring: parameters, body: parameters };
      server.post(`${base}/${path}`, { config, schema }, handler(call));
    };

    getAndPost('query', (from, signal) => api.instant(from, signal));
    getAndPost('query_range', (from, signal) => api.range(from, signal));
    getAndPost('labels', (from) => api.labelNames(from));
    getAndPost('series', (from) => api.series(from));
    getAndPost('query_exemplars', (from) => api.exemplars(from));
    getAndPost('format_query', (from) => api.formatted(from));
    getAndPost('parse_query', (from) => api.parsed(from));
    get('metadata', (from) => api.metadata(from));
    get('rules', (from) => api.rules(from));
    get('alerts', () => api.alerts());
    get('status/buildinfo', () => api.buildInfo());
    get('status/flags', () => api.flags());
    get('status/config', () => api.configuration());

    server.get(
      `${base}/label/:name/values`,
      { config, schema: { params: z.object({ name: z.string() }), querystring: parameters } },
      async (request, reply) => handler((from) => api.labelValues(request.params.name, from))(request, reply),
    );
  };
}
