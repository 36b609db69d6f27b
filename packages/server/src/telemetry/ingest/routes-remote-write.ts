import type { Routes } from '../../http/types.ts';
import type { Acceptance, SampleIntake, Source } from '../types.ts';
import { mediaType } from './body.ts';
import { createDoor, type DoorOptions } from './door.ts';
import { plainText, routeOf, sendAs, sentBody, speak } from './routes-protocol.ts';
import { unsupported } from './errors.ts';
import { createLabelBytes } from './label-bytes.ts';
import { readWriteRequest2 } from './remote-write-2.ts';
import { readWriteRequest } from './remote-write.ts';
import { createSeriesByText } from './series-by-text.ts';

export interface RemoteWriteOptions extends DoorOptions {
  readonly samples: SampleIntake;
}

/** Which message a content type announces (Prometheus remote write 2.0 specification, "Protocol"). */
function messageOfType(header: string | undefined): 1 | 2 {
  const type = mediaType(header);
  const message = /;\s*proto\s*=\s*"?([\w.]+)"?/i.exec(header ?? '')?.[1] ?? 'prometheus.WriteRequest';
  if (type !== '' && type !== 'application/x-protobuf') {
    throw unsupported(`The content type "${type.slice(0, 80)}" is not application/x-protobuf.`);
  }
  if (message === 'prometheus.WriteRequest') return 1;
  if (message === 'io.prometheus.write.v2.Request') return 2;
  throw unsupported(`The message "${message.slice(0, 80)}" is not one of remote write.`);
}

/**
 * Prometheus remote write 1.0 and 2.0. Faults of samples are answered 400, which senders do not repeat, and
 * the other samples of the request are kept; 429 and 503 carry `Retry-After` and nothing of the request was
 * kept.
 */
export function remoteWriteRoutes(options: RemoteWriteOptions): Routes {
  const { samples, clock } = options;
  const door = createDoor('remote-write', options);
  const known = createLabelBytes(clock);
  const byText = createSeriesByText(samples, clock);

  async function take(body: Buffer, message: 1 | 2, source: Source): Promise<Acceptance> {
    known.age();
    byText.age();
    const request =
      message === 1
        ? readWriteRequest(body, { known, series: (labels) => samples.series(labels, source) })
        : readWriteRequest2(body, (key, labels) => byText.find(key, { labels, source }));
    if (request.metadata.length > 0) samples.describe(request.metadata);
    if (request.batch.series.length === 0) return { accepted: 0, refusals: request.refusals };
    const acceptance = await samples.append(request.batch, source);
    return { ...acceptance, refusals: [...request.refusals, ...acceptance.refusals] };
  }

  return async (server) => {
    speak(server, door, {
      signalOf: () => 'metrics',
      refuse: ({ message }) => ({ type: plainText, body: `${message}\n` }),
    });

    server.post('/api/v1/write', routeOf(door), async (request, reply) => {
      const source = door.sourceOf(request, 'metrics');
      const message = messageOfType(request.headers['content-type']);
      const encoding = request.headers['content-encoding'] ?? 'snappy';
      const sent = sentBody(request);
      const body = await door.open(request, sent, { taken: ['snappy'], encoding });
      const acceptance = await take(body, message, source);
      door.count(request, source, { acceptance, bytes: body.length });
      if (message === 2) {
        reply
          .header('x-prometheus-remote-write-samples-written', acceptance.accepted)
          .header('x-prometheus-remote-write-histograms-written', 0)
          .header('x-prometheus-remote-write-exemplars-written', 0);
      }
      if (acceptance.refusals.length === 0) return reply.code(204).send();
      const text = acceptance.refusals.map(({ message: why, count }) => `${why} (${count})\n`).join('');
      return sendAs(reply.code(400), plainText, text);
    });
  };
}
