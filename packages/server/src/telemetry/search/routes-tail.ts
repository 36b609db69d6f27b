import { logQuery } from '@custos/contract';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { httpError } from '../../http/problem.ts';
import type { Routes } from '../../http/types.ts';
import type { LogSearch } from './service.ts';
import type { TailStreams } from './tail-streams.ts';

/** Who is signed in. */
export type SignedIn = NonNullable<FastifyRequest['identity']>;

const tailQuery = logQuery.pick({ query: true, category: true });

/** `GET /api/v1/logs/tail`: records as they are accepted, from the memory of this node. */
export function tailRoutes(
  search: Pick<LogSearch, 'scope'>,
  streams: Pick<TailStreams<SignedIn>, 'open'>,
): Routes {
  return async (app) => {
    app.route({
      method: 'GET',
      url: '/api/v1/logs/tail',
      exposeHeadRoute: false,
      config: { access: 'log.read' },
      schema: {
        summary: 'Log records as they come in',
        description:
          'Server-sent events: `record`, and `skipped` with a number when the reader does not keep up.',
        querystring: tailQuery,
        produces: ['text/event-stream'],
      } as object,
      handler: async (request, reply) => {
        const { identity } = request;
        if (identity === null) throw httpError(401, 'unauthenticated');
        const scope = search.scope(request.query as z.output<typeof tailQuery>);
        const { raw } = reply;
        let started = false;
        const leave = streams.open({
          identity,
          address: request.ip,
          search: scope.search,
          sink: {
            write(text) {
              if (!started) {
                started = true;
                reply.hijack();
                raw.writeHead(200, {
                  ...(reply.getHeaders() as Record<string, string>),
                  'content-type': 'text/event-stream; charset=utf-8',
                  'cache-control': 'no-store, no-transform',
                  // Tells nginx and its like not to hold the stream back.
                  'x-accel-buffering': 'no',
                });
              }
              raw.write(text);
            },
            unread: () => raw.writableLength,
            end: () => raw.end(),
          },
        });
        raw.on('close', leave);
        raw.on('error', leave);
        if (raw.destroyed) leave();
      },
    });
  };
}
