import {
  byId,
  done,
  factors,
  identity as identitySchema,
  passkeyAdd,
  passkeySignIn,
  passkeyStep,
  recoveryCodes,
  secondFactorRequest,
  standing,
  stepUpRequest,
  totpConfirm,
  totpMade,
} from '@custos/contract';
import type { Routes } from '../../http/types.ts';
import { broughtBy, cookiesOf, sessionCookie } from '../cookie.ts';
import { viewOf } from '../identity-view.ts';
import { callerOf, contextOf } from '../request-context.ts';
import type { Access } from '../service.ts';

/** A proof is cheap to guess at and rarely sent: few requests per minute and address. */
const proofsPerMinute = 30;

const ok = { ok: true as const };

/** Second factors: signing in with one, proving one again, and what people do with their own. */
export function factorRoutes({
  access,
  secureCookie,
}: {
  readonly access: Access;
  readonly secureCookie: boolean;
}): Routes {
  return async (app) => {
    // The three ways in are recorded by the service, with the reason that the answer keeps to itself.
    app.post(
      '/api/v1/session/second-factor',
      {
        schema: { body: secondFactorRequest, response: { 200: identitySchema } },
        config: { access: 'public', requestsPerMinute: proofsPerMinute },
      },
      async (request, reply) => {
        const brought = broughtBy(request, secureCookie);
        const signedIn = await access.secondStep({ ...request.body, ...brought }, contextOf(request));
        reply.header('set-cookie', cookiesOf(signedIn, secureCookie));
        return viewOf(signedIn.identity);
      },
    );

    app.post(
      '/api/v1/session/passkey/options',
      {
        schema: { response: { 200: passkeyStep } },
        config: { access: 'public', requestsPerMinute: proofsPerMinute },
      },
      async (request) => access.passkeySignIn.begin(contextOf(request)),
    );

    app.post(
      '/api/v1/session/passkey',
      {
        schema: { body: passkeySignIn, response: { 200: identitySchema } },
        config: { access: 'public', requestsPerMinute: proofsPerMinute },
      },
      async (request, reply) => {
        const brought = broughtBy(request, secureCookie);
        const signedIn = await access.passkeySignIn.complete(
          { ...request.body, ...brought },
          contextOf(request),
        );
        reply.header('set-cookie', cookiesOf(signedIn, secureCookie));
        return viewOf(signedIn.identity);
      },
    );

    app.post(
      '/api/v1/session/step-up/options',
      { schema: { response: { 200: passkeyStep } }, config: { access: 'signed-in' } },
      async (request) => access.stepUp.begin(callerOf(request), contextOf(request)),
    );

    app.post(
      '/api/v1/session/step-up',
      {
        schema: { body: stepUpRequest, response: { 200: identitySchema } },
        config: { access: 'signed-in', audit: 'session.step-up', requestsPerMinute: proofsPerMinute },
      },
      async (request, reply) => {
        request.auditDetails['factor'] = request.body.proof.kind;
        const context = contextOf(request);
        const { token, identity } = await access.stepUp.complete(callerOf(request), request.body, context);
        reply.header('set-cookie', sessionCookie(token, secureCookie));
        return viewOf(identity);
      },
    );

    app.get(
      '/api/v1/me',
      { schema: { response: { 200: standing } }, config: { access: 'signed-in' } },
      async (request) => access.factors.standing(callerOf(request)),
    );

    app.get(
      '/api/v1/factors',
      { schema: { response: { 200: factors } }, config: { access: 'signed-in' } },
      async (request) => access.factors.list(callerOf(request)),
    );

    app.post(
      '/api/v1/factors/totp',
      {
        schema: { response: { 200: totpMade } },
        config: { access: 'signed-in', audit: 'factor.begin' },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        return access.factors.beginTotp(callerOf(request));
      },
    );

    app.post(
      '/api/v1/factors/totp/confirm',
      {
        schema: { body: totpConfirm, response: { 200: recoveryCodes } },
        config: { access: 'signed-in', audit: 'factor.add', requestsPerMinute: proofsPerMinute },
      },
      async (request, reply) => {
        request.auditDetails['factor'] = 'totp';
        const changed = await access.factors.confirmTotp(
          callerOf(request),
          request.body.code,
          contextOf(request),
        );
        reply.header('set-cookie', sessionCookie(changed.token, secureCookie));
        reply.header('cache-control', 'no-store');
        return { recoveryCodes: [...changed.recoveryCodes] };
      },
    );

    app.delete(
      '/api/v1/factors/totp',
      { schema: { response: { 200: done } }, config: { access: 'signed-in', audit: 'factor.remove' } },
      async (request, reply) => {
        request.auditDetails['factor'] = 'totp';
        const { token } = await access.factors.removeTotp(callerOf(request), contextOf(request));
        reply.header('set-cookie', sessionCookie(token, secureCookie));
        return ok;
      },
    );

    app.post(
      '/api/v1/factors/passkeys/options',
      { schema: { response: { 200: passkeyStep } }, config: { access: 'signed-in' } },
      async (request) => access.factors.beginPasskey(callerOf(request), contextOf(request)),
    );

    app.post(
      '/api/v1/factors/passkeys',
      {
        schema: { body: passkeyAdd, response: { 201: recoveryCodes } },
        config: { access: 'signed-in', audit: 'factor.add' },
      },
      async (request, reply) => {
        request.auditDetails['factor'] = 'passkey';
        const added = await access.factors.addPasskey(callerOf(request), request.body, contextOf(request));
        request.auditTarget = { type: 'passkey', id: added.id };
        reply.header('set-cookie', sessionCookie(added.token, secureCookie));
        reply.header('cache-control', 'no-store');
        return reply.code(201).send({ recoveryCodes: [...added.recoveryCodes] });
      },
    );

    app.delete(
      '/api/v1/factors/passkeys/:id',
      {
        schema: { params: byId, response: { 200: done } },
        config: { access: 'signed-in', audit: 'factor.remove' },
      },
      async (request, reply) => {
        request.auditDetails['factor'] = 'passkey';
        const { id } = request.params;
        const { token } = await access.factors.removePasskey(callerOf(request), id, contextOf(request));
        reply.header('set-cookie', sessionCookie(token, secureCookie));
        return ok;
      },
    );

    app.post(
      '/api/v1/factors/recovery-codes',
      {
        schema: { response: { 200: recoveryCodes } },
        config: { access: 'signed-in', audit: 'recovery-codes.renew' },
      },
      async (request, reply) => {
        const changed = await access.factors.renewRecoveryCodes(callerOf(request), contextOf(request));
        reply.header('set-cookie', sessionCookie(changed.token, secureCookie));
        reply.header('cache-control', 'no-store');
        return { recoveryCodes: [...changed.recoveryCodes] };
      },
    );

    app.delete(
      '/api/v1/factors/devices',
      { schema: { response: { 200: done } }, config: { access: 'signed-in', audit: 'device.forget' } },
      async (request) => {
        await access.factors.forgetDevices(callerOf(request));
        return ok;
      },
    );
  };
}
