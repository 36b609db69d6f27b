import type { Routes } from '../../http/types.ts';
import type { RecordIntake } from '../types.ts';
import { mediaType } from './body.ts';
import { createDoor, type DoorOptions } from './door.ts';
import { plainText, routeOf, sendAs, sentBody, speak } from './routes-protocol.ts';
import { unsupported } from './errors.ts';
import { readLokiJson } from './loki-json.ts';
import { readLokiProtobuf } from './loki-protobuf.ts';

export interface LokiOptions extends DoorOptions {
  readonly records: RecordIntake;
}

/**
 * `POST /loki/api/v1/push`, so that promtail, Alloy, Fluent Bit and Docker's Loki driver send here. Answers as
 * Loki does: 204; 400 in plain words for what will never be taken, while the rest of the push is kept; 429
 * and 503 with `Retry-After` when nothing was kept.
 */
export function lokiRoutes(options: LokiOptions): Routes {
  const { records } = options;
  const door = createDoor('loki', options);

  return async (server) => {
    speak(server, door, {
      signalOf: () => 'logs',
      refuse: ({ message }) => ({ type: plainText, body: `${message}\n` }),
    });

    server.post('/loki/api/v1/push', routeOf(door), async (request, reply) => {
      const source = door.sourceOf(request, 'logs');
      const type = mediaType(request.headers['content-type']);
      const protobuf = type === 'application/x-protobuf';
      if (!protobuf && type !== 'application/json') {
        throw unsupported(
          `The content type "${type.slice(0, 80)}" is neither application/json nor application/x-protobuf.`,
        );
      }
      const sent = sentBody(request);
      const body = protobuf
        ? await door.open(request, sent, { taken: ['snappy'], encoding: 'snappy' })
        : await door.open(request, sent, { taken: ['identity', 'gzip', 'deflate', 'zstd'] });
      const push = protobuf ? readLokiProtobuf(body) : readLokiJson(body);
      const kept = await records.append(push.records, source);
      const refusals = [...push.refusals, ...kept.refusals];
      door.count(request, source, {
        acceptance: { accepted: kept.accepted, refusals },
        bytes: body.length,
      });
      if (refusals.length === 0) return reply.code(204).send();
      return sendAs(
        reply.code(400),
        plainText,
        refusals.map(({ message, count }) => `${message} (${count})\n`).join(''),
      );
    });
  };
}
