import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Metrics } from './metrics.ts';
import { httpError } from './problem.ts';
import type { ReadinessCheck, Server } from './types.ts';

export interface HealthOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly checks: readonly ReadinessCheck[];
  /** True once the server has begun to stop. */
  readonly stopping: () => boolean;
  /** Shows `/metrics` to everybody; otherwise to loopback and to tokens with `system.read`. */
  readonly publicMetrics: boolean;
}

/** A part that has not answered by then does not work. */
const checkMs = 2_000;

const live = z.object({ status: z.literal('ok') });
const readiness = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable', 'stopping']),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean() })),
});

/** True for a request straight from this machine, not one that a proxy on it passes on. */
function fromLoopback(request: FastifyRequest): boolean {
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined)
    return false;
  return /^(127\.|::1$|::ffff:127\.)/.test(request.ip);
}

/**
 * The doors of orchestrators and scrapers. `/livez`: the process answers. `/readyz`: the parts it needs
 * work (State); without the others it is `degraded` and still ready. `/metrics`: Prometheus text.
 */
export function registerHealth(app: Server, options: HealthOptions): void {
  const { clock, log, metrics } = options;

  async function ask(part: ReadinessCheck): Promise<{ name: string; ok: boolean; required: boolean }> {
    const { name, required } = part;
    const patience = new AbortController();
    const late = clock.sleep(checkMs, patience.signal).then(() => {
      if (!patience.signal.aborted) throw new Error(`no answer within ${checkMs} ms`);
    });
    try {
      await Promise.race([part.check(), late]);
      return { name, required, ok: true };
    } catch (error) {
      log.warn({ part: name, reason: messageOf(error) }, 'a part is not ready');
      return { name, required, ok: false };
    } finally {
      patience.abort();
      await late.catch(() => undefined);
    }
  }

  app.route({
    method: 'GET',
    url: '/livez',
    config: { access: 'public' },
    schema: { summary: 'Whether the process answers', tags: ['health'], response: { 200: live } } as const,
    handler: async () => ({ status: 'ok' as const }),
  });

  app.route({
    method: 'GET',
    url: '/readyz',
    config: { access: 'public' },
    schema: {
      summary: 'Whether Custos can do its work',
      description: '503 when a part it needs does not work, or while it stops.',
      tags: ['health'],
      response: { 200: readiness, 503: readiness },
    } as const,
    handler: async (_request, reply) => {
      if (options.stopping()) {
        reply.code(503);
        return { status: 'stopping' as const, checks: [] };
      }
      const parts = await Promise.all(options.checks.map(ask));
      const failed = parts.filter(({ ok }) => !ok);
      const unavailable = failed.some(({ required }) => required);
      reply.code(unavailable ? 503 : 200);
      const checks = parts.map(({ name, ok }) => ({ name, ok }));
      if (unavailable) return { status: 'unavailable' as const, checks };
      return { status: failed.length > 0 ? ('degraded' as const) : ('ready' as const), checks };
    },
  });

  app.route({
    method: 'GET',
    url: '/metrics',
    config: { access: 'public' },
    schema: {
      summary: 'Metrics of this process, for Prometheus',
      description: 'Open to loopback, to callers with `system.read`, or to everybody if so configured.',
      tags: ['health'],
    } as object,
    handler: async (request, reply) => {
      const allowed = request.identity?.permissions.has('system.read') === true;
      if (!options.publicMetrics && !allowed && !fromLoopback(request)) {
        throw request.identity === null
          ? httpError(401, 'unauthenticated')
          : httpError(403, 'forbidden', 'This needs the permission system.read.');
      }
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text());
    },
  });
}
