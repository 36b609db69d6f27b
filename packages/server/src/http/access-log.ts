import type { Logger } from '../base/logger.ts';
import type { Histogram } from './metrics.ts';
import type { Server } from './types.ts';

const quiet = new Set(['/livez', '/readyz', '/metrics']);
/** What services send thousands of times a second; a line for each would cost more than taking it in. */
const frequent = new Set(['POST /api/v1/audit/events']);

/**
 * Writes one line per request and measures it; for what comes all the time, only when it was refused. Lines
 * name the route's pattern and the id it was called with, never the path or the query, since those may hold
 * tokens.
 */
export function installAccessLog(
  app: Server,
  { log, durations }: { log: Logger; durations: Histogram },
): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.is404 ? '(none)' : (request.routeOptions.url ?? '(none)');
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    durations.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    );
    const line = {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs,
      address: request.ip,
      identity: request.identity?.tokenId ?? request.identity?.userId ?? null,
    };
    const isTaken = reply.statusCode < 400 && frequent.has(`${request.method} ${route}`);
    if (quiet.has(route) || isTaken) log.debug(line, 'request');
    else log.info(line, 'request');
  });
}
