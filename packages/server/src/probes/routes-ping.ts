import { done } from '@custos/contract';
import { z } from 'zod';
import type { Routes } from '../http/types.ts';
import type { PingCall } from './rules/next-ping.ts';
import type { Probes } from './service.ts';

const token = z.object({ token: z.string().min(20).max(100) });
const tokenAndEvent = token.extend({ event: z.enum(['start', 'fail', 'finish']) });
const query = z.object({
  /** Exit code of the job; anything but 0 is a failure. */
  exit: z.coerce.number().int().min(0).max(255).optional(),
});
const bodyLimit = 10_000;
const noteLength = 1000;

const noteOf = (body: unknown): string =>
  typeof body === 'string'
    ? body.slice(0, noteLength)
    : Buffer.isBuffer(body)
      ? body.toString('utf8', 0, noteLength)
      : '';

/**
 * The addresses that watched jobs call, with GET, HEAD or POST; the unguessable token is all they need.
 * A body, of whatever type, is kept as a short note.
 */
export function pingRoutes(probes: Pick<Probes, 'ping'>): Routes {
  return async (server) => {
    server.removeAllContentTypeParsers();
    server.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit },
      async (_request: unknown, body: Buffer) => body,
    );

    const config = { access: 'public', anyOrigin: true, requestsPerMinute: 600 } as const;
    server.route({
      method: ['GET', 'POST'],
      url: '/ping/:token',
      config,
      bodyLimit,
      schema: { params: token, querystring: query, response: { 200: done } },
      async handler({ params, query: { exit }, body }) {
        const call: PingCall = { event: 'finish', exitCode: exit ?? null, note: noteOf(body) };
        await probes.ping(params.token, call);
        return { ok: true as const };
      },
    });
    server.route({
      method: ['GET', 'POST'],
      url: '/ping/:token/:event',
      config,
      bodyLimit,
      schema: { params: tokenAndEvent, querystring: query, response: { 200: done } },
      async handler({ params, query: { exit }, body }) {
        const call: PingCall = { event: params.event, exitCode: exit ?? null, note: noteOf(body) };
        await probes.ping(params.token, call);
        return { ok: true as const };
      },
    });
  };
}
