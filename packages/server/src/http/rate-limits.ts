import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { CustosError } from '../base/errors.ts';
import type { Server } from './types.ts';

export interface RateLimits {
  /** Requests per minute from one address (one /64 for IPv6), over all routes without a limit of their own. */
  readonly perAddress: number;
  /** Requests per minute of one user or API token. */
  readonly perIdentity: number;
}

type Limiter = ReturnType<Server['createRateLimit']>;

const minuteMs = 60_000;
/** Probes of orchestrators and scrapers must never be turned away. */
const exempt = new Set(['/livez', '/readyz', '/metrics']);

async function take(limiter: Limiter, request: FastifyRequest): Promise<void> {
  const result = await limiter(request);
  if (result.isAllowed || !result.isExceeded) return;
  throw new CustosError('rate_limited', `At most ${result.max} requests per minute are taken here.`, {
    status: 429,
    retryAfterSeconds: Math.max(1, result.ttlInSeconds),
  });
}

/**
 * Limits by address before anything else is done for a request, and by identity once it is known. Routes
 * with `config.requestsPerMinute` count by themselves, each address apart. Must be followed by
 * `installAuth` between its two halves, so it returns the second.
 */
export async function installRateLimits(app: Server, limits: RateLimits): Promise<() => void> {
  await app.register(rateLimit, { global: false, cache: 20_000 });
  const byAddress = app.createRateLimit({ max: limits.perAddress, timeWindow: minuteMs });
  const byIdentity = app.createRateLimit({
    max: limits.perIdentity,
    timeWindow: minuteMs,
    keyGenerator: (request) => request.identity?.tokenId ?? request.identity?.userId ?? '',
  });
  const ofRoutes = new Map<string, Limiter>();

  app.addHook('onRoute', (route) => {
    const max = route.config?.requestsPerMinute;
    if (max === undefined) return;
    for (const method of [route.method].flat()) {
      ofRoutes.set(`${method} ${route.url}`, app.createRateLimit({ max, timeWindow: minuteMs }));
    }
  });
  app.addHook('onRequest', async (request) => {
    const url = request.routeOptions.url ?? '';
    if (exempt.has(url) || request.routeOptions.config.ownLimits === true) return;
    await take(ofRoutes.get(`${request.method} ${url}`) ?? byAddress, request);
  });

  return () => {
    app.addHook('onRequest', async (request) => {
      if (request.identity === null || request.routeOptions.config.ownLimits === true) return;
      await take(byIdentity, request);
    });
  };
}
