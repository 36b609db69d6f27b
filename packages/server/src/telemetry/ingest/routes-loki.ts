import type { Routes } from '../../http/types.ts';
import type { RecordIntake } from '../types.ts';
import { mediaType } from './body.ts';
import { createDoor, type DoorOptions } from './door.ts';
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
    server.removeAllContentTypeParsers();
    server.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: door.limits.bodyBytes },
      async (_request: unknown, body: Buffer) => body,
    );
    server.setErrorHandler(async (error, request, reply) => {
      const refusal = door.refuse(door.sourceOf(request, 'logs'), error);
      if (refusal.retryAfterSeconds !== undefined) reply.header('retry-after', refusal.retryAfterSeconds);
      return reply
        .code(refusal.status)
        .type('text/plain; charset=utf-8')
        .serializer((text: unknown) => String(text))
        .send(`${refusal.message}\n`);
    });

    server.post(
      '/loki/api/v1/push',
      {
        config: { access: 'telemetry.ingest', anyOrigin: true, ownLimits: true },
        bodyLimit: door.limits.bodyBytes,
        // The server's own decompression knows no bound and no snappy.
        decompress: false,
      },
      async (request, reply) => {
        const source = door.sourceOf(request, 'logs');
        const type = mediaType(request.headers['content-type']);
        const protobuf = type === 'application/x-protobuf';
        if (!protobuf && type !== 'application/json') {
          throw unsupported(
            `The content type "${type.slice(0, 80)}" is neither application/json nor application/x-protobuf.`,
          );
        }
        const sent = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
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
        return reply
          .code(400)
          .type('text/plain; charset=utf-8')
          .serializer((text: unknown) => String(text))
          .send(refusals.map(({ message, count }) => `${message} (${count})\n`).join(''));
      },
    );
  };
}
