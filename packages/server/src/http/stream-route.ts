import { streamEvents, type StreamEventType } from '@custos/contract';
import { z } from 'zod';
import { httpError } from './problem.ts';
import type { LiveEvents } from './event-hub.ts';
import type { Server } from './types.ts';

const eventTypes = Object.keys(streamEvents) as [StreamEventType, ...StreamEventType[]];

const streamQuery = z.object({
  types: z
    .string()
    .max(200)
    .transform((text) => text.split(',').filter((type) => type !== ''))
    .pipe(z.array(z.enum(eventTypes)))
    .optional()
    .describe(`Event types, separated by commas: ${eventTypes.join(', ')}. All when left out.`),
});

/** `GET /api/v1/stream`: live events as server-sent events (HTML standard), resumable by `Last-Event-ID`. */
export function registerStream(app: Server, hub: LiveEvents): void {
  app.route({
    method: 'GET',
    url: '/api/v1/stream',
    exposeHeadRoute: false,
    config: { access: 'dashboard.read' },
    schema: {
      summary: 'Live events',
      description:
        'Server-sent events. `Last-Event-ID` brings what was missed, or a `reset` when that is no longer known. ' +
        'Each event type is sent to callers who may read what it is about.',
      tags: ['overview'],
      querystring: streamQuery,
      produces: ['text/event-stream'],
    } as object,
    handler: async (request, reply) => {
      const { identity } = request;
      if (identity === null) throw httpError(401, 'unauthenticated');
      const { types } = request.query as z.output<typeof streamQuery>;
      const lastEventId = request.headers['last-event-id'];
      const { raw } = reply;
      let started = false;
      const begin = (): void => {
        started = true;
        reply.hijack();
        raw.writeHead(200, {
          ...(reply.getHeaders() as Record<string, string>),
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          // Tells nginx and its like not to hold the stream back.
          'x-accel-buffering': 'no',
        });
      };
      const leave = hub.watch({
        identity,
        address: request.ip,
        types: types === undefined ? null : new Set(types),
        lastEventId: typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : null,
        sink: {
          write(chunk) {
            if (!started) begin();
            raw.write(chunk);
          },
          unread: () => raw.writableLength,
          end: () => raw.end(),
          destroy: () => raw.destroy(),
        },
      });
      raw.on('close', leave);
      raw.on('error', leave);
      if (raw.destroyed) leave();
    },
  });
}
