import type { FastifyRequest } from 'fastify';
import type { Authenticator, Caller, Identity } from '../access/types.ts';
import { CustosError, messageOf, unavailable } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { requireAddress, type AddressRules } from './address-rules.ts';
import type { ApprovalHooks } from './approval.ts';
import { actorOf } from './audit-hook.ts';
import { basicToken } from './basic-token.ts';
import { requireOwnOrigin } from './own-origin.ts';
import { httpError } from './problem.ts';
import { requireStepUp, type StepUp } from './step-up.ts';
import type { AuditPort, RouteAccess, Server } from './types.ts';

export interface AuthOptions {
  readonly authenticator: Authenticator;
  readonly audit: AuditPort;
  readonly log: Logger;
  /** `__Host-custos`, or `custos` where sign-in over plain HTTP is allowed. */
  readonly sessionCookieName: string;
  /** The address of the dashboard as people type it; null while nobody has set one. */
  readonly publicUrl: () => string | null;
  /** Approved calls come from inside and bring their identity with them. */
  readonly approval: ApprovalHooks;
  readonly addressRules: AddressRules | undefined;
  readonly stepUp: StepUp | undefined;
}

/** Where a request comes from, for the authenticator and for records. */
function callerOf(request: FastifyRequest): Caller {
  return {
    address: request.ip,
    device: (request.headers['user-agent'] ?? '').slice(0, 300),
    unattended: request.headers['custos-unattended'] === '1',
  };
}

/**
 * True when the request brings a token that no browser sends by itself. `Basic` is not among them, even
 * with a token in it: browsers repeat it of their own accord, so it never excuses a foreign origin.
 */
function bringsToken(request: FastifyRequest): boolean {
  return /^bearer\b/i.test(request.headers.authorization ?? '');
}

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([\w.~+/=-]{1,4096})$/i.exec(request.headers.authorization ?? '')?.[1];
}

interface Found {
  readonly identity: Identity | null;
  /** A credential was sent and is worth nothing. */
  readonly refused: boolean;
}

async function resolveIdentity(request: FastifyRequest, options: AuthOptions): Promise<Found> {
  const { authenticator, sessionCookieName } = options;
  if (request.approved !== null) return { identity: request.approved.identity, refused: false };
  if (bringsToken(request)) {
    const token = tokenOf(request);
    const identity =
      token === undefined ? undefined : await authenticator.byApiToken(token, callerOf(request));
    return { identity: identity ?? null, refused: identity === undefined };
  }
  const basic = basicToken(request);
  if (basic !== undefined) {
    const identity = basic === null ? undefined : await authenticator.byApiToken(basic, callerOf(request));
    return { identity: identity ?? null, refused: identity === undefined };
  }
  const cookie = request.cookies[sessionCookieName];
  if (cookie === undefined || cookie === '' || request.routeOptions.config.anyOrigin === true) {
    return { identity: null, refused: false };
  }
  const identity = await authenticator.bySession(cookie.slice(0, 1024), callerOf(request));
  return { identity: identity ?? null, refused: false };
}

const restrictions = {
  'second-factor': 'second_factor_overdue',
  password: 'password_change_required',
} as const;

/** Throws unless the identity may use a route with this access. */
function requireAccess(access: RouteAccess, identity: Identity | null): void {
  if (access === 'public') return;
  if (identity === null) throw httpError(401, 'unauthenticated');
  const { restricted } = identity;
  // What mends it is open to whoever is signed in. A program mends nothing.
  const mending = access === 'signed-in' && identity.kind === 'user';
  if (restricted !== undefined && !mending) throw httpError(403, restrictions[restricted]);
  if (access === 'signed-in' || identity.permissions.has(access)) return;
  throw httpError(403, 'forbidden', `This needs the permission ${access}.`);
}

/**
 * Finds out who is calling and refuses who may not. An API token goes before a cookie, which is then
 * ignored. Refusals of a signed-in caller, of a foreign origin, of a worthless token, and all refusals on
 * audited routes are on record as `denied`; should that record fail, the refusal stands.
 */
export function installAuth(app: Server, options: AuthOptions): void {
  const { audit, log } = options;

  async function recordDenial(request: FastifyRequest, error: CustosError): Promise<void> {
    const { config, url } = request.routeOptions;
    try {
      await audit.append({
        actor: actorOf(request.identity),
        action: config.audit ?? 'access.deny',
        target: null,
        outcome: 'denied',
        address: request.ip,
        requestId: request.id,
        details: { code: error.code, method: request.method, route: url ?? '', access: config.access },
      });
    } catch (failure) {
      log.error({ requestId: request.id, reason: messageOf(failure) }, 'a denial could not be recorded');
    }
  }

  app.decorateRequest('identity', null);

  app.addHook('onRequest', async (request) => {
    const { config } = request.routeOptions;
    // A path without a route has no access to check; it is answered as not found.
    if (request.is404) return;
    // Every route has one, or the server would not have started; without one, nobody may.
    if (config.access === undefined) throw httpError(403, 'forbidden');
    request.approved = options.approval.approvedCall(request);
    let found: Found = { identity: null, refused: false };
    try {
      // Before anything is looked up: who is kept out learns nothing, not even whether a login is good.
      await requireAddress(request, options.addressRules, null);
      found = await resolveIdentity(request, options);
      if (found.identity !== null) await requireAddress(request, options.addressRules, found.identity);
    } catch (error) {
      if (error instanceof CustosError) {
        request.identity = found.identity;
        if (error.code === 'address_refused') await recordDenial(request, error);
        throw error;
      }
      throw unavailable('state_unavailable', 'Who you are cannot be checked at the moment.', error);
    }
    request.identity = found.identity;
    try {
      const cookie = request.cookies[options.sessionCookieName] !== undefined;
      if (config.anyOrigin !== true && !bringsToken(request) && request.approved === null) {
        requireOwnOrigin(request, { cookie, publicUrl: options.publicUrl() });
      }
      requireAccess(config.access, found.identity);
      await requireStepUp(request, options.stepUp);
    } catch (error) {
      if (!(error instanceof CustosError)) {
        throw unavailable('state_unavailable', 'What you may do cannot be checked at the moment.', error);
      }
      const denial = error;
      if (denial.status === 403 || found.refused || config.audit !== undefined) {
        await recordDenial(request, denial);
      }
      throw denial;
    }
  });
}
