import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Provider from 'oidc-provider';

/** A person as the provider knows them. */
export interface ProviderPerson {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
  /** How they signed in there. */
  readonly amr?: readonly string[];
}

/** Starts a real OpenID Connect provider on loopback; `person` signs in there without being asked. */
export async function startProvider({
  port,
  redirectUri,
}: {
  readonly port: number;
  readonly redirectUri: string;
}) {
  const issuer = `http://127.0.0.1:${port}`;
  const state: { person: ProviderPerson } = { person: { sub: 'nobody' } };
  const people = new Map<string, ProviderPerson>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'custos',
        client_secret: 'a secret of the client, long enough',
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'email', 'profile', 'groups'],
    claims: {
      openid: ['sub', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['name'],
      groups: ['groups'],
      amr: null,
    } as never,
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['a key of the provider for tests'] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => {
        const { amr: _amr, ...claims } = people.get(sub) ?? { sub };
        return claims as never;
      },
    }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client?.clientId ?? '',
        accountId: context.oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email profile groups');
      await grant.save();
      return grant;
    },
  });
  // It logs what a test provokes on purpose.
  provider.on('server_error', () => undefined);
  const callback = provider.callback();
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    if (request.url?.startsWith('/interaction/') !== true) {
      void callback(request, response);
      return;
    }
    const { person } = state;
    people.set(person.sub, person);
    const login = { accountId: person.sub, ...(person.amr === undefined ? {} : { amr: [...person.amr] }) };
    provider
      .interactionFinished(request, response, { login }, { mergeWithLastSubmission: false })
      .catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    issuer,
    clientId: 'custos',
    clientSecret: 'a secret of the client, long enough',
    /** Who signs in there from now on. */
    be(person: ProviderPerson): void {
      state.person = person;
      people.set(person.sub, person);
    },
    /** Goes where the browser is sent and returns the address at which it comes back. */
    async visit(url: string): Promise<URL> {
      const cookies = new Map<string, string>();
      let next = url;
      for (let hop = 0; hop < 10; hop += 1) {
        const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const reply = await fetch(next, { redirect: 'manual', headers: { cookie } });
        for (const line of reply.headers.getSetCookie()) {
          const [pair = ''] = line.split(';');
          const [name = '', value = ''] = pair.split('=');
          cookies.set(name, value);
        }
        const location = reply.headers.get('location');
        if (location === null)
          throw new Error(`the provider answered ${reply.status}: ${await reply.text()}`);
        next = new URL(location, next).href;
        if (next.startsWith(redirectUri)) return new URL(next);
      }
      throw new Error('the provider sends the browser around in circles');
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export type TestProvider = Awaited<ReturnType<typeof startProvider>>;
