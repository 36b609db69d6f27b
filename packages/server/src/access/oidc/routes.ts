import { byProvider, done, providerAddress, secondFactorStep, signInMethods } from '@custos/contract';
import { CustosError } from '../../base/errors.ts';
import type { Routes } from '../../http/types.ts';
import { broughtBy, cookiesOf, flowCookie, flowCookieName } from '../cookie.ts';
import { callerOf, contextOf } from '../request-context.ts';
import type { Access } from '../service.ts';

const departuresPerMinute = 20;

/** True when the provider is at fault, which whoever wants to sign in is told on the page that they know. */
function isOfProvider(error: unknown): error is CustosError {
  return error instanceof CustosError && error.code === 'identity_provider_failed';
}

/**
 * Signing in by an outside identity provider. The browser goes there and comes back, so answers are
 * redirections: to the dashboard, or to its sign-in page with what to do next in the fragment, which
 * browsers send to no server.
 */
export function providerRoutes({
  access,
  secureCookie,
}: {
  readonly access: Access;
  readonly secureCookie: boolean;
}): Routes {
  return async (app) => {
    app.get(
      '/api/v1/sign-in',
      { schema: { response: { 200: signInMethods } }, config: { access: 'public' } },
      async (request) => access.providers.methods(contextOf(request)),
    );

    app.get(
      '/api/v1/sign-in/oidc/:provider',
      {
        schema: { params: byProvider },
        config: { access: 'public', requestsPerMinute: departuresPerMinute },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store');
        try {
          const { url, flowToken } = await access.providers.begin(request.params.provider);
          return reply.header('set-cookie', flowCookie(flowToken, secureCookie)).redirect(url, 303);
        } catch (error) {
          if (!isOfProvider(error)) throw error;
          request.log.warn({ provider: request.params.provider, err: error }, 'an identity provider is away');
          return reply.redirect(`/login#problem=${error.code}`, 303);
        }
      },
    );

    // Recorded by the service, which knows whom the provider means.
    app.get(
      '/api/v1/sign-in/oidc/:provider/callback',
      {
        schema: { params: byProvider },
        config: { access: 'public', requestsPerMinute: departuresPerMinute },
      },
      async (request, reply) => {
        const { provider } = request.params;
        reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
        const spent = flowCookie('', secureCookie);
        try {
          const arrival = await access.providers.arrive(
            {
              ...broughtBy(request, secureCookie),
              provider,
              flowToken: request.cookies[flowCookieName(secureCookie)],
              query: new URL(request.url, 'http://localhost').search,
            },
            contextOf(request),
          );
          if ('linked' in arrival) {
            return reply.header('set-cookie', spent).redirect('/settings/profile', 303);
          }
          if ('step' in arrival) {
            const step = Buffer.from(JSON.stringify(secondFactorStep.encode(arrival))).toString('base64url');
            return reply.header('set-cookie', spent).redirect(`/login#second-factor=${step}`, 303);
          }
          reply.header('set-cookie', [...cookiesOf(arrival, secureCookie), spent]);
          return reply.redirect('/', 303);
        } catch (error) {
          if (!(error instanceof CustosError) || (error.status >= 500 && !isOfProvider(error))) throw error;
          return reply.header('set-cookie', spent).redirect(`/login#problem=${error.code}`, 303);
        }
      },
    );

    app.post(
      '/api/v1/sign-in/oidc/:provider/link',
      {
        schema: { params: byProvider, response: { 200: providerAddress } },
        config: { access: 'signed-in', audit: 'provider.link' },
      },
      async (request, reply) => {
        const { url, flowToken } = await access.providers.beginLink(
          callerOf(request),
          request.params.provider,
        );
        reply.header('set-cookie', flowCookie(flowToken, secureCookie));
        return { url };
      },
    );

    app.delete(
      '/api/v1/sign-in/oidc/:provider/link',
      {
        schema: { params: byProvider, response: { 200: done } },
        config: { access: 'signed-in', audit: 'provider.unlink' },
      },
      async (request) => {
        await access.providers.unlink(callerOf(request), request.params.provider, contextOf(request));
        return { ok: true as const };
      },
    );
  };
}
