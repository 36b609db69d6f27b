import type { Permission, StreamEvent } from '@custos/contract';
import type { FastifyInstance, FastifyPluginAsync, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Identity } from '../access/types.ts';

/**
 * Who may call a route: a permission, `signed-in` (any identity), or `public` (anybody; such a route
 * proves its caller by itself or shows nothing private).
 */
export type RouteAccess = Permission | 'signed-in' | 'public';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Mandatory: the server refuses to start with a route that does not say who may call it. */
    access?: RouteAccess;
    /**
     * The audited action of a privileged route, such as `probe.delete`. Its attempt is on record before
     * the handler runs and its outcome before the answer leaves; without a record the act is not done.
     */
    audit?: string;
    /** Requests per minute and address that this route takes; the server's default otherwise. */
    requestsPerMinute?: number;
    /** Takes changes from other origins, as doors for machines do; those routes take no cookie. */
    anyOrigin?: boolean;
  }
  interface FastifyRequest {
    /** Who is calling; null on public routes without a login. */
    identity: Identity | null;
    /** Names what an audited route acts on, when `params.id` does not say it. */
    auditTarget: { type: string; id: string } | null;
    /** Facts for the audit record, without secrets. */
    auditDetails: Record<string, unknown>;
  }
}

/** The server as routes see it: schemas are zod, so handlers know their input and output types. */
export type Server = FastifyInstance<
  RawServerDefault,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  ZodTypeProvider
>;

/** The routes of a domain. */
export type Routes = FastifyPluginAsync<Record<never, never>, RawServerDefault, ZodTypeProvider>;

/** Sends live events to everybody who watches, on every node. */
export interface EventHub {
  publish(event: StreamEvent): void;
}
