import { createClient, createSessionToken } from '@custos/client';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { sessionGuards, sessionOf } from '../../client/src/guards/fastify.ts';
import { administrator, browserFetch, discard, serve } from './serve.ts';

test('a service lets in a session of a running Custos, and at once no longer when the session has ended', async () => {
  const served = await serve();
  const app = fastify();
  try {
    const browser = browserFetch();
    const custos = createClient({ baseUrl: served.url, fetch: browser });
    await custos.setup.complete({ token: await served.setupToken(), ...administrator });
    const token = createSessionToken({ baseUrl: served.url, fetch: browser });
    const { requirePermission } = sessionGuards({
      baseUrl: served.url,
      audience: 'custos',
      // What signs tokens while no public address is set.
      issuer: 'custos',
    });
    app.get('/local', { onRequest: requirePermission('investigation.read') }, (request) =>
      sessionOf(request),
    );
    const asking = requirePermission('investigation.read', { check: 'session' });
    app.get('/asking', { onRequest: asking }, (request) => sessionOf(request));
    const status = async (url: string): Promise<number> => {
      const authorization = `Bearer ${await token.get()}`;
      return (await app.inject({ url, headers: { authorization } })).statusCode;
    };
    expect([await status('/local'), await status('/asking')]).toEqual([200, 200]);
    await custos.session.signOut();
    // The token stands for its minutes where nobody asks.
    expect([await status('/local'), await status('/asking')]).toEqual([200, 401]);
    token.forget();
    await expect(token.get()).rejects.toMatchObject({ status: 401 });
  } finally {
    await app.close();
    await discard(served);
  }
});
