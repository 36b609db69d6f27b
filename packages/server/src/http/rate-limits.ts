import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { CustosError } from '../base/errors.ts';
import { httpError } from './problem.ts';
import { defaultClassLimits, rateClasses, rateClassOf, type RateClass } from './rate-classes.ts';
import type { Server } from './types.ts';

export interface RateLimits {
  /** Requests per minute from one address (one /64 for IPv6), over all routes without a limit of their own. */
  readonly perAddress: number;
  /** Requests per minute of one user in all sessions, or of one API token. */
  readonly perIdentity: number;
  /** Requests per minute of one API token; `perIdentity` unless told. */
  readonly perToken?: number;
  /** Requests per minute of one account, its sessions and its tokens together; twice `perIdentity` unless told. */
  readonly perAccount?: number;
  /** Requests per minute of one account in a class of routes; `defaultClassLimits` where one is left out. */
  readonly perClass?: Readonly<Partial<Record<RateClass, number>>>;
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

/** Who is behind a request: the account; without a login, the address. */
function accountOf(request: FastifyRequest): string {
  return request.identity?.userId ?? '';
}

/**
 * Limits by address before anything else is done for a request; by API token or user, by account and by
 * class of route once it is known who calls. Each node counts for itself. Routes with
 * `config.requestsPerMinute` count by themselves, each address apart. Must be followed by
 * `installAuth` between its two halves, so it returns the second.
 */
export async function installRateLimits(app: Server, limits: RateLimits): Promise<() => void> {
  await app.register(rateLimit, { global: false, cache: 20_000 });
  const byAddress = app.createRateLimit({ max: limits.perAddress, timeWindow: minuteMs });
  const { perToken = limits.perIdentity, perAccount = 2 * limits.perIdentity } = limits;
  const byUser = app.createRateLimit({
    max: limits.perIdentity,
    timeWindow: minuteMs,
    keyGenerator: accountOf,
  });
  const byToken = app.createRateLimit({
    max: perToken,
    timeWindow: minuteMs,
    keyGenerator: (request) => request.identity?.tokenId ?? '',
  });
  const byAccount = app.createRateLimit({ max: perAccount, timeWindow: minuteMs, keyGenerator: accountOf });
  const perClass: RateLimits['perClass'] = { ...defaultClassLimits, ...limits.perClass };
  const ofClasses = new Map<RateClass, Limiter>();
  for (const name of rateClasses) {
    const max = perClass[name];
    if (max === undefined) continue;
    ofClasses.set(name, app.createRateLimit({ max, timeWindow: minuteMs, keyGenerator: accountOf }));
  }
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
    // A connection that is cut already has no address to count for, and nobody waits for the answer.
    if ((request.ip as string | undefined) === undefined) {
      throw httpError(400, 'malformed_request', 'The connection was closed.');
    }
    await take(ofRoutes.get(`${request.method} ${url}`) ?? byAddress, request);
  });

  return () => {
    app.addHook('onRequest', async (request) => {
      if (request.identity === null || request.routeOptions.config.ownLimits === true) return;
      const { method, identity } = request;
      const rateClass = rateClassOf(method, request.routeOptions.config.rateClass);
      if (rateClass !== 'query') {
        await take(identity.kind === 'token' ? byToken : byUser, request);
        await take(byAccount, request);
      }
      const ofClass = ofClasses.get(rateClass);
      if (ofClass !== undefined) await take(ofClass, request);
    });
  };
}
