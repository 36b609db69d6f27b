import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyBaseLogger, type RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Authenticator } from '../access/types.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { installAccessLog } from './access-log.ts';
import type { AddressRules } from './address-rules.ts';
import { installApproval, type Approvals } from './approval.ts';
import { installAuditHook } from './audit-hook.ts';
import { installAuth } from './auth.ts';
import { installCompression } from './compression.ts';
import { installDashboardFiles } from './dashboard-files.ts';
import { installErrorReplies, sendProblem } from './error-replies.ts';
import type { LiveEvents } from './event-hub.ts';
import { registerHealth } from './health-routes.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { installOpenApi } from './openapi.ts';
import { installPersonalData } from './personal-data.ts';
import { httpError } from './problem.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import { installRateLimits, type RateLimits } from './rate-limits.ts';
import { installReferencePage, referencePath } from './reference-page.ts';
import { requestIdOf } from './request-id.ts';
import { collectRoutes, type RoutesTable } from './routes-table.ts';
import { installSecurityHeaders, writeOwnHeaders } from './security-headers.ts';
import type { StepUp } from './step-up.ts';
import { registerStream } from './stream-route.ts';
import type { AuditPort, ReadinessCheck, Server } from './types.ts';
import { answerUnreadable } from './unreadable-requests.ts';
import { validatorCompiler } from './validation.ts';

export interface ServerParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly authenticator: Authenticator;
  readonly audit: AuditPort;
  readonly hub: LiveEvents;
  readonly readiness: readonly ReadinessCheck[];
  /** From where calls are taken; from everywhere without it. */
  readonly addressRules?: AddressRules;
  /** Without it no act is marked. */
  readonly stepUp?: StepUp;
  /** Without it no act needs a second person. */
  readonly approvals?: Approvals;
  readonly options: ServerOptions;
}

export interface ServerOptions {
  readonly version: string;
  /** `__Host-custos`; `custos` only where sign-in over plain HTTP was allowed. */
  readonly sessionCookieName: string;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl: () => string | null;
  /** Addresses or ranges of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies?: readonly string[];
  /** Where the built dashboard lies. */
  readonly dashboardDirectory: string;
  readonly publicMetrics?: boolean;
  /** Body limit of routes that name none; 1 MiB unless told. */
  readonly bodyLimitBytes?: number;
  readonly rateLimits?: RateLimits;
}

export interface HttpServer {
  /** Register the domains' routes here, before `listen`. */
  readonly app: Server;
  /** Every route with its permission and audited action. */
  readonly routes: RoutesTable;
  /** Where other parts add figures. */
  readonly metrics: Metrics;
  /** Begins to answer; returns the address, such as `http://127.0.0.1:4600`. */
  listen(address: { readonly host: string; readonly port: number }): Promise<string>;
  /**
   * Takes no new requests, lets those that run finish for at most `deadlineMs` (10,000 unless told) and
   * then cuts what is left. Safe to call twice.
   */
  stop(deadlineMs?: number): Promise<void>;
}

/** Generous for a dashboard with many open tabs, low enough to stop a loop gone wild. */
const defaultLimits: RateLimits = { perAddress: 3_000, perIdentity: 1_500 };

/**
 * Creates the HTTP server with everything that all routes share: identity and permission, audit, origin
 * check, validation, problem documents, limits, headers, the OpenAPI document, live events, health and the
 * dashboard's files. Domains register their routes on `app`.
 *
 * The order of the hooks is the order of trust: headers, limit by address, identity, limit by identity,
 * then the body is read and checked, then the attempt is recorded, then the handler runs.
 */
export async function createServer(parts: ServerParts): Promise<HttpServer> {
  const { clock, log, authenticator, audit, hub, options } = parts;
  const proxies = options.trustedProxies ?? [];
  let stopping: Promise<void> | undefined;

  const app: Server = Fastify<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger>({
    logger: false,
    trustProxy: proxies.length === 0 ? false : [...proxies],
    bodyLimit: options.bodyLimitBytes ?? 1_048_576,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    genReqId: requestIdOf,
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: false },
    frameworkErrors: (_error, request, reply) => {
      writeOwnHeaders(request, reply);
      void sendProblem(
        httpError(400, 'malformed_request', 'The path holds an invalid escape.'),
        request,
        reply,
      );
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler as never);
  installPersonalData(app);
  app.removeContentTypeParser('text/plain');

  const metrics = createMetrics();
  const endProcessMetrics = collectProcessMetrics(metrics, clock);
  const durations = metrics.histogram('http_request_duration_seconds', 'Time to answer, in seconds.');
  metrics.collect(() => [
    {
      name: 'custos_live_streams',
      help: 'Live streams that are open.',
      type: 'gauge',
      samples: [{ value: hub.watchers }],
    },
  ]);

  const routes = collectRoutes(app, [referencePath]);
  installErrorReplies(app, log);
  await installSecurityHeaders(app);
  installAccessLog(app, { log, durations });
  const limitIdentities = await installRateLimits(app, options.rateLimits ?? defaultLimits);
  await app.register(cookie);
  await installCompression(app);
  const { addressRules, stepUp, approvals } = parts;
  const approval = installApproval(app, { approvals, log });
  installAuditHook(app, { audit, log });
  const { sessionCookieName, publicUrl } = options;
  installAuth(app, {
    authenticator,
    audit,
    log,
    sessionCookieName,
    publicUrl,
    approval,
    addressRules,
    stepUp,
  });
  limitIdentities();

  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/';
    const methods = routes.methodsOf(path);
    if (methods.length === 0 || methods.includes(request.method)) {
      return sendProblem(httpError(404, 'not_found', 'There is nothing at this address.'), request, reply);
    }
    reply.header('allow', methods.join(', '));
    const message = `This address takes ${methods.join(', ')}.`;
    return sendProblem(httpError(405, 'method_not_allowed', message), request, reply);
  });

  await installOpenApi(app, { version: options.version, sessionCookieName });
  await installReferencePage(app);
  const isStopping = (): boolean => stopping !== undefined;
  const publicMetrics = options.publicMetrics ?? false;
  registerHealth(app, { clock, log, metrics, checks: parts.readiness, stopping: isStopping, publicMetrics });
  registerStream(app, hub);
  await installDashboardFiles(app, {
    directory: options.dashboardDirectory,
    isRoute: (path) => routes.methodsOf(path).length > 0,
  });

  /** A connection whose answer was under way when the stop began is kept alive by its client afterwards. */
  async function closeIdle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      app.server.closeIdleConnections();
      await clock.sleep(50, signal);
    }
  }

  async function drain(deadlineMs: number): Promise<void> {
    const drained = new AbortController();
    hub.close();
    const cut = clock.sleep(deadlineMs, drained.signal).then(() => {
      if (drained.signal.aborted) return;
      log.warn({ deadlineMs }, 'requests that still ran at the deadline were cut');
      app.server.closeAllConnections();
    });
    const idle = closeIdle(drained.signal);
    await app.close();
    drained.abort();
    await Promise.all([cut, idle]);
    endProcessMetrics();
  }

  return {
    app,
    routes,
    metrics,
    listen: async ({ host, port }) => app.listen({ host, port }),
    stop: async (deadlineMs = 10_000) => {
      stopping ??= drain(deadlineMs);
      return stopping;
    },
  };
}
