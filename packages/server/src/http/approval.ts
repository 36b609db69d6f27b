import { createHash } from 'node:crypto';
import { approvalPending, type ApprovalView } from '@custos/contract';
import type { FastifyRequest, HTTPMethods } from 'fastify';
import { z } from 'zod';
import type { ApprovedCall, HeldCall } from '../access/types.ts';
import { messageOf } from '../base/errors.ts';
import { randomToken } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { httpError } from './problem.ts';
import type { Server } from './types.ts';

export type HeldAnswer =
  /** Done now: no second person is needed, or `id` was approved and is used up by this call. */
  | { readonly held: false; readonly id: string | null }
  | { readonly held: true; readonly approval: ApprovalView };

/** Keeps calls until a second person has answered them. */
export interface Approvals {
  hold(call: HeldCall): Promise<HeldAnswer>;
  /** How a call that used up the approval `id` was answered. */
  ended(id: string, status: number): Promise<void>;
  /** Gives the way to carry out an approved call; resolves with its HTTP status. */
  connect(carryOut: (call: ApprovedCall) => Promise<number>): void;
}

/** Carries the secret of one execution inside this process; worth nothing from outside. */
const executionHeader = 'x-custos-execution';

const digestOf = (method: string, url: string, body: string | null): string =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body]))
    .digest('hex');

export interface ApprovalHooks {
  /** The approved call that this request carries out; null for all requests from outside. */
  approvedCall(request: FastifyRequest): ApprovedCall | null;
}

/**
 * Two-person approval (OWASP ASVS 5.0, 2.3.5). A route with `config.approval` is answered 202 with the
 * request for approval, after permission and validation and before anything is recorded as attempted. Once
 * another person has approved it, it is carried out exactly once: a change by itself, in the name of who
 * asked and with the same bytes of the body; a download (`GET`) when who asked calls it again.
 *
 * Must be installed before the audit hook, so that a call which only waits is no attempt.
 */
export function installApproval(
  app: Server,
  { approvals, log }: { readonly approvals: Approvals | undefined; readonly log: Logger },
): ApprovalHooks {
  const underWay = new Map<string, ApprovedCall>();
  /** Bodies as they were sent, for routes that may have to keep them. */
  const sent = new WeakMap<FastifyRequest, string | null>();
  const usedUp = new WeakMap<FastifyRequest, string>();

  app.decorateRequest('approved', null);

  app.addHook('onRoute', (route) => {
    if (route.config?.approval !== undefined && route.config.access === 'public') {
      throw new Error(`The route ${String(route.method)} ${route.url} needs approval and is public.`);
    }
  });

  app.addHook('preValidation', async (request) => {
    if (request.routeOptions.config.approval === undefined) return;
    const { body } = request;
    if (Buffer.isBuffer(body) || typeof (body as { pipe?: unknown } | null)?.pipe === 'function') {
      throw new Error('A route that needs approval takes JSON only: other bodies cannot be kept.');
    }
    try {
      sent.set(request, body === undefined ? null : JSON.stringify(body));
    } catch {
      throw httpError(400, 'malformed_request', 'The body is nested too deep.');
    }
  });

  app.addHook('preHandler', async (request, reply) => {
    const { approval: kind, approvalWhen, access } = request.routeOptions.config;
    if (kind === undefined || approvals === undefined || request.is404) return;
    if (request.approved !== null) {
      request.auditDetails['approval'] = request.approved.id;
      return;
    }
    if (approvalWhen !== undefined && !(await approvalWhen(request))) return;
    const { identity } = request;
    if (identity === null || access === undefined) throw httpError(401, 'unauthenticated');
    // Asks what a download would be; it must not use up what was approved.
    if (request.method === 'HEAD') return reply.code(202).send();
    const { method } = request;
    const body = sent.get(request) ?? null;
    const answer = await approvals.hold({
      kind,
      method,
      url: request.url,
      body,
      digest: digestOf(method, request.url, body),
      permission: access,
      identity,
      address: request.ip,
      requestId: request.id,
    });
    if (answer.held) {
      return reply
        .code(202)
        .serializer((pending: unknown) => JSON.stringify(pending))
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(z.encode(approvalPending, { approval: answer.approval }));
    }
    if (answer.id !== null) {
      request.auditDetails['approval'] = answer.id;
      usedUp.set(request, answer.id);
    }
  });

  app.addHook('onResponse', async (request, reply) => {
    const id = usedUp.get(request);
    if (id === undefined || approvals === undefined) return;
    try {
      await approvals.ended(id, reply.statusCode);
    } catch (error) {
      log.error({ approval: id, reason: messageOf(error) }, 'the end of an approved call could not be noted');
    }
  });

  approvals?.connect(async (call) => {
    const secret = randomToken();
    underWay.set(secret, call);
    try {
      const response = await app.inject({
        method: call.method as HTTPMethods,
        url: call.url,
        remoteAddress: call.address,
        headers: {
          [executionHeader]: secret,
          ...(call.body === null ? {} : { 'content-type': 'application/json' }),
        },
        ...(call.body === null ? {} : { payload: call.body }),
      } as never);
      return (response as { statusCode: number }).statusCode;
    } finally {
      underWay.delete(secret);
    }
  });

  return {
    approvedCall(request) {
      const secret = request.headers[executionHeader];
      return typeof secret === 'string' ? (underWay.get(secret) ?? null) : null;
    },
  };
}
