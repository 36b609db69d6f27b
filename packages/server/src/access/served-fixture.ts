import { createHash } from 'node:crypto';
import { createTestServer, type TestServer } from '../../test/http-server.ts';
import type { AuditEvent } from '../audit/types.ts';
import { createManualClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import { parseSecretKeys } from '../storage/secrets/keys.ts';
import { createSecrets } from '../storage/secrets/service.ts';
import type { State } from '../storage/state/state.ts';
import { cheapHashes, goodPassword } from './access-fixture.ts';
import { accessRoutes } from './routes.ts';
import { createAccess, type AccessOptions } from './service.ts';
import type { Person, PersonalMessage } from './types.ts';

export type Body = Record<string, unknown>;
type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

const key = createHash('sha256').update('a key for tests').digest('base64');

interface CallOptions {
  readonly body?: Body;
  readonly address?: string;
  /** An API token; then there is no cookie. */
  readonly bearer?: string;
}

/** The real server with everything of access, people who have signed in, and the routes of the domain. */
export async function serveAccess(
  state: State,
  {
    routes = [],
    options = {},
  }: { readonly routes?: readonly ReturnType<typeof accessRoutes>[]; readonly options?: AccessOptions } = {},
) {
  const clock = createManualClock();
  const events: AuditEvent[] = [];
  const told: { readonly person: Person; readonly message: PersonalMessage }[] = [];
  const audit = { append: async (event: AuditEvent) => void events.push(event) };
  const secrets = await createSecrets({ state, keys: parseSecretKeys(key, 'test'), clock });
  const access = createAccess({
    state,
    clock,
    log: silentLogger,
    audit,
    secrets,
    publicUrl: () => 'https://custos.example',
    tell: async (person, message) => void told.push({ person, message }),
    options: { hashCost: cheapHashes, ...options },
  });
  await access.start();
  const { addressRules, stepUp, approvals } = access.deciding;
  const server: TestServer = await createTestServer(
    {},
    { authenticator: access, addressRules, stepUp, approvals },
  );
  await server.app.register(accessRoutes(access, { secureCookie: true }));
  for (const more of routes) await server.app.register(more);
  await server.app.ready();

  async function call(
    cookie: string,
    [method, url]: readonly [Method, string],
    { body, address = '192.0.2.1', bearer }: CallOptions = {},
  ) {
    const response = await server.app.inject({
      method,
      url,
      remoteAddress: address,
      headers: {
        host: 'localhost',
        origin: 'http://localhost',
        ...(bearer === undefined ? { cookie } : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { payload: body }),
    });
    const set = String(response.headers['set-cookie'] ?? '').split(';')[0] ?? '';
    const isJson = String(response.headers['content-type']).includes('json');
    const answer = isJson ? response.json<Body>() : {};
    return { status: response.statusCode, answer, text: response.body, cookie: set };
  }
  /** Adds somebody as the host does, and signs them in. */
  async function enter(email: string, role: string): Promise<string> {
    await access.operator.createUser({ email, name: 'Somebody Else', role, password: goodPassword });
    return (await call('', ['POST', '/api/v1/session'], { body: { email, password: goodPassword } })).cookie;
  }
  /** An API token of whoever has the cookie. */
  async function tokenOf(cookie: string, permissions: readonly string[], more: Body = {}): Promise<string> {
    const body = { name: 'ci', permissions, expiresInDays: 300, ...more };
    const { answer } = await call(cookie, ['POST', '/api/v1/tokens'], { body });
    return String(answer['token']);
  }
  const idOf = async (cookie: string) =>
    String((await call(cookie, ['GET', '/api/v1/session'])).answer['userId']);
  const stop = async () => {
    await access.stop();
    await server.stop();
  };
  return { state, clock, audit, access, server, events, told, secrets, call, enter, tokenOf, idOf, stop };
}
