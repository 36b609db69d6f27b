import type { TelemetrySignal } from '@custos/contract';
import type { Routes, Server } from '../../http/types.ts';
import type { Acceptance, RecordIntake, SampleIntake, Source, SpanIntake } from '../types.ts';
import { mediaType } from './body.ts';
import { createDoor, type DoorOptions } from './door.ts';
import { routeOf, sendAs, sentBody, speak } from './routes-protocol.ts';
import { unsupported } from './errors.ts';
import { recordsOf } from './otlp/logs.ts';
import {
  logsRequest,
  metricsRequest,
  tracesRequest,
  type LogsRequest,
  type MetricsRequest,
  type TracesRequest,
} from './otlp/messages.ts';
import { createMetricsReader } from './otlp/metrics.ts';
import { readJson } from './otlp/read-json.ts';
import { readProtobuf } from './otlp/read-protobuf.ts';
import { contentTypes, exportReply, statusReply, type Encoding } from './otlp/replies.ts';
import type { Shape } from './otlp/shape.ts';
import { spansOf } from './otlp/traces.ts';

export interface OtlpOptions extends DoorOptions {
  readonly samples: SampleIntake;
  readonly records: RecordIntake;
  readonly spans: SpanIntake;
}

function encodingOf(contentType: string | undefined): Encoding {
  const type = mediaType(contentType);
  if (type === contentTypes.protobuf) return 'protobuf';
  if (type === contentTypes.json) return 'json';
  throw unsupported(
    `The content type "${type.slice(0, 80)}" is not ${contentTypes.protobuf} or ${contentTypes.json}.`,
  );
}

const read = <Type>(body: Buffer, shape: Shape, encoding: Encoding): Type =>
  encoding === 'json' ? readJson<Type>(body, shape) : readProtobuf<Type>(body, shape);

const paths: Readonly<Record<string, TelemetrySignal>> = {
  '/v1/metrics': 'metrics',
  '/v1/logs': 'logs',
  '/v1/traces': 'traces',
};

const nothing: Acceptance = { accepted: 0, refusals: [] };

/**
 * OTLP/HTTP 1.x for metrics, logs and traces, in protocol buffers and JSON. What is wrong with one item
 * leaves that item out and is told as `partial_success`; what is wrong with the request is told as a
 * `google.rpc.Status` in the request's own encoding; 429 and 503 carry `Retry-After`.
 */
export function otlpRoutes(options: OtlpOptions): Routes {
  const { samples, records, spans, clock } = options;
  const door = createDoor('otlp', options);
  const metricsReader = createMetricsReader(samples, clock);

  /** What a body of each signal becomes. */
  const takers: Readonly<
    Record<TelemetrySignal, (body: Buffer, encoding: Encoding, source: Source) => Promise<Acceptance>>
  > = {
    async metrics(body, encoding, source) {
      const request = read<MetricsRequest>(body, metricsRequest, encoding);
      const { batch, metadata, refusals } = metricsReader.read(request, source);
      if (metadata.length > 0) samples.describe(metadata);
      const acceptance = batch.series.length === 0 ? nothing : await samples.append(batch, source);
      return { ...acceptance, refusals: [...refusals, ...acceptance.refusals] };
    },
    async logs(body, encoding, source) {
      const found = recordsOf(read<LogsRequest>(body, logsRequest, encoding), clock.now());
      return found.length === 0 ? nothing : records.append(found, source);
    },
    async traces(body, encoding, source) {
      const { spans: found, refusals } = spansOf(read<TracesRequest>(body, tracesRequest, encoding));
      const acceptance = found.length === 0 ? nothing : await spans.append(found, source);
      return { ...acceptance, refusals: [...refusals, ...acceptance.refusals] };
    },
  };

  function register(server: Server, path: string, signal: TelemetrySignal): void {
    server.post(path, routeOf(door), async (request, reply) => {
      const source = door.sourceOf(request, signal);
      const encoding = encodingOf(request.headers['content-type']);
      const sent = sentBody(request);
      const body = await door.open(request, sent, { taken: ['identity', 'gzip', 'deflate', 'zstd'] });
      const acceptance = await takers[signal](body, encoding, source);
      door.count(request, source, { acceptance, bytes: body.length });
      return sendAs(reply, contentTypes[encoding], exportReply(acceptance.refusals, { signal, encoding }));
    });
  }

  return async (server) => {
    speak(server, door, {
      signalOf: ({ routeOptions }) => paths[routeOptions.url ?? ''] ?? 'metrics',
      refuse({ status, message }, request) {
        // Whoever sends neither encoding is answered in the one that people can read.
        const asked = mediaType(request.headers['content-type']) === contentTypes.protobuf;
        const encoding = asked ? 'protobuf' : 'json';
        return { type: contentTypes[encoding], body: statusReply(status, message, encoding) };
      },
    });
    for (const [path, signal] of Object.entries(paths)) register(server, path, signal);
  };
}
