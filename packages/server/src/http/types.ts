import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApprovalKindName, Permission, StreamEvent } from '@custos/contract';
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApprovedCall, Identity } from '../access/types.ts';
import type { RateClass } from './rate-classes.ts';

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
    /** Counts its callers by itself, as a door for machines does; the server's limits leave it alone. */
    ownLimits?: boolean;
    /** Counts among calls of this class; by its method otherwise (`rate-classes.ts`). */
    rateClass?: RateClass;
    /** A marked act: the caller has proven lately to be themselves, or is answered `step_up_required`. */
    stepUp?: boolean;
    /** The kind of act that needs a second person: the call is answered 202 until one has approved it. */
    approval?: ApprovalKindName;
    /** Narrows `approval` to some calls; asked after validation. */
    approvalWhen?: (request: FastifyRequest) => boolean | Promise<boolean>;
    /** Takes changes from other origins, as doors for machines do; those routes take no cookie. */
    anyOrigin?: boolean;
  }
  interface FastifyRequest {
    /** Who is calling; null on public routes without a login. */
    identity: Identity | null;
    /** Names what an audited route acts on, when `params.id` does not say it. */
    auditTarget: { type: string; id: string } | null;
    /** The approved call that this request carries out; null for every request from outside. */
    approved: ApprovedCall | null;
    /** Facts for the audit record, without secrets. */
    auditDetails: Record<string, unknown>;
  }
}

/** The server as routes see it: schemas are zod, so handlers know their input and output types. */
export type Server = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** The routes of a domain. */
export type Routes = FastifyPluginAsync<Record<never, never>, RawServerDefault, ZodTypeProvider>;

/** Sends live events to everybody who watches, on every node. */
export interface EventHub {
  publish(event: StreamEvent): void;
}

/** Tells every node that shares State; a message may get lost. `storage/state` has one. */
export interface NodeBroadcast {
  /** At most 7,000 bytes. */
  publish(topic: string, payload: string): Promise<void>;
  subscribe(topic: string, receive: (payload: string) => void): () => void;
}

/** One act, for the record. */
export interface AuditEntry {
  readonly actor: {
    readonly type: 'user' | 'token' | 'anonymous';
    readonly id: string;
    readonly name: string;
  };
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly outcome: 'attempted' | 'succeeded' | 'failed' | 'denied';
  readonly address: string;
  readonly requestId: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where acts are recorded. A rejected promise means: no record. */
export interface AuditPort {
  append(entry: AuditEntry): Promise<void>;
}

/** A part that `/readyz` asks. */
export interface ReadinessCheck {
  /** Such as `state`. */
  readonly name: string;
  /** Without a required part the server is not ready (503); without another it is degraded (200). */
  readonly required: boolean;
  /** Rejects when the part does not work. */
  check(): Promise<void>;
}
