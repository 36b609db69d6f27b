import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import type { RoleName } from '@custos/contract';
import { openOperator, type Operator } from '../src/app/operator.ts';
import { loadOptions } from '../src/app/options.ts';
import { administrator, serve, setUp, type Served, type ServeOptions } from './serve.ts';
import { eventually } from './serve.ts';

/** A password that the rules take; everybody of these tests has it unless told. */
export const goodPassword = 'copper walnut drifting moss';

export type Body = Record<string, unknown>;

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** `name=value; attributes` of each cookie that was set. */
  readonly set: readonly string[];
  readonly text: string;
  /** The body where it is JSON; empty otherwise. */
  readonly answer: Body;
}

interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody at a browser: keeps cookies, says where the page is from, and has an address of its own. */
export interface Browser {
  readonly jar: Map<string, string>;
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown): Promise<Reply>;
  /** By password; the reply, whatever it is. */
  signIn(email: string, password?: string): Promise<Reply>;
  /** The session cookie as a `Cookie` header. */
  cookie(): string;
}

/** A running Custos with people, for tests that see it from outside only. */
export interface Installation {
  readonly served: Served;
  browser(address?: string): Browser;
  /** A program with this credential: no cookies, no origin. */
  program(token: string): Pick<Browser, 'call' | 'get' | 'post'>;
  /** The operator on the host: another process as far as the server can see. */
  host(): Promise<Operator>;
  /** Adds somebody as the operator on the host does. */
  add(email: string, role: RoleName): Promise<string>;
  /** Adds somebody and signs them in. */
  person(email: string, role: RoleName, address?: string): Promise<Browser>;
  /** The first account, signed in. */
  administrator(address?: string): Promise<Browser>;
  /** Records of the audit log that fit, as an administrator sees them; waits until there is one. */
  recorded(query: string): Promise<Body[]>;
  close(): Promise<void>;
}

function send(
  port: number,
  {
    method,
    path,
    headers,
    body,
    address,
  }: { method: string; path: string; headers: Record<string, string>; body: string | null; address: string },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = request(
      { host: '127.0.0.1', port, method, path, localAddress: address, headers: { ...headers, ...length } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        reply.once('error', reject);
        reply.once('end', () => {
          const isJson = /^application\/(problem\+)?json\b/.test(reply.headers['content-type'] ?? '');
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            set: reply.headers['set-cookie'] ?? [],
            text,
            answer: isJson && text !== '' ? (JSON.parse(text) as Body) : {},
          });
        });
      },
    );
    asked.once('error', reject);
    asked.end(body ?? undefined);
  });
}

/** Starts one, with the first account made. */
export async function install(options: ServeOptions = {}): Promise<Installation> {
  const served = await serve({
    ...options,
    config: {
      columns: { enabled: false },
      http: { requestsPerMinute: 1_000_000 },
      ...options.config,
    },
  });
  await setUp(served);
  let operator: Operator | undefined;
  let reader: string | undefined;

  function browser(address = '127.0.0.1'): Browser {
    const jar = new Map<string, string>();
    // Passkeys need a name; the address is the same.
    const host = `localhost:${served.port}`;
    const call: Browser['call'] = async (method, path, { body, headers = {} } = {}) => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
      const reply = await send(served.port, {
        method,
        path,
        address,
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
          host,
          origin: `http://${host}`,
          'user-agent': `Browser at ${address}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(cookie === '' ? {} : { cookie }),
          ...headers,
        },
      });
      for (const line of reply.set) {
        const [pair = ''] = line.split(';');
        const [name = '', ...value] = pair.split('=');
        if (value.join('=') === '') jar.delete(name);
        else jar.set(name, value.join('='));
      }
      return reply;
    };
    return {
      jar,
      call,
      get: (path) => call('GET', path),
      post: (path, body) => call('POST', path, { body: body ?? {} }),
      signIn: (email, password = goodPassword) =>
        call('POST', '/api/v1/session', { body: { email, password } }),
      cookie: () => `__Host-custos=${jar.get('__Host-custos') ?? ''}`,
    };
  }

  function program(token: string) {
    const call: Browser['call'] = (method, path, { body, headers = {} } = {}) =>
      send(served.port, {
        method,
        path,
        address: '127.0.0.1',
        body: body === undefined ? null : JSON.stringify(body),
        headers: {
          host: `127.0.0.1:${served.port}`,
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      });
    return {
      call,
      get: (path: string) => call('GET', path),
      post: (path: string, body?: unknown) => call('POST', path, { body: body ?? {} }),
    };
  }

  async function host(): Promise<Operator> {
    operator ??= await openOperator(
      await loadOptions({
        file: join(served.directory, 'custos.yaml'),
        environment: options.environment ?? {},
      }),
    );
    return operator;
  }

  async function add(email: string, role: RoleName): Promise<string> {
    const made = await (
      await host()
    ).access.operator.createUser({
      email,
      name: 'Somebody Else',
      role,
      password: goodPassword,
    });
    return made.id;
  }

  async function signedIn(email: string, address: string | undefined, password?: string): Promise<Browser> {
    const one = browser(address);
    const reply = await one.signIn(email, password);
    if (reply.status !== 200) throw new Error(`${email} could not sign in: ${reply.status} ${reply.text}`);
    return one;
  }

  const asAdministrator = (address?: string) =>
    signedIn(administrator.email, address, administrator.password);

  return {
    served,
    browser,
    program,
    host,
    add,
    administrator: asAdministrator,
    async person(email, role, address) {
      await add(email, role);
      return signedIn(email, address);
    },
    async recorded(query) {
      if (reader === undefined) {
        const ada = await asAdministrator('127.0.9.9');
        const made = await ada.post('/api/v1/tokens', {
          name: 'reader',
          permissions: ['audit.read'],
          expiresInDays: 1,
        });
        reader = String(made.answer['token']);
      }
      const token = reader;
      return eventually(
        async () => {
          const { answer } = await program(token).get(`/api/v1/audit/events?limit=500&${query}`);
          const items = answer['items'] as Body[] | undefined;
          return items !== undefined && items.length > 0 && items;
        },
        { what: `a record of ${query}` },
      );
    },
    async close() {
      await operator?.close();
      await served.kill();
    },
  };
}
