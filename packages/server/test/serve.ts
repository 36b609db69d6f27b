import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from '@custos/client';
import type { ConfigurationInput } from '../src/app/config.ts';
import { freePort } from './stores.ts';

const main = new URL('../src/main.ts', import.meta.url).pathname;

/** The first account that tests make. */
export const administrator = {
  email: 'ada@example.com',
  name: 'Ada',
  password: 'tram velvet ocean lantern',
} as const;

export interface ServeOptions {
  /** Configuration beside the defaults of tests; may hold anything that the file may. */
  readonly config?: ConfigurationInput;
  /** A directory to keep between starts; a fresh one otherwise. */
  readonly directory?: string;
  readonly port?: number;
  readonly environment?: Record<string, string>;
}

/** A real `custos serve` in a process of its own. */
export interface Served {
  readonly url: string;
  readonly directory: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** The link that makes the first account, once printed. */
  setupToken(): Promise<string>;
  /** Ends it without warning and waits until it is gone. */
  kill(): Promise<void>;
  /** Ends it in good order and resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Waits until `probe` gives something, for at most `timeoutMs`. */
export async function eventually<T>(
  probe: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  { timeoutMs = 15_000, everyMs = 50, what = 'the condition' } = {},
): Promise<T> {
  const until = Date.now() + timeoutMs;
  let lastError: unknown;
  while (Date.now() < until) {
    try {
      const found = await probe();
      if (found) return found;
    } catch (error) {
      lastError = error;
    }
    await delay(everyMs);
  }
  throw new Error(`${what} did not come true within ${timeoutMs} ms`, { cause: lastError });
}

/** A `custos serve` that was started and may not be ready yet, or may never be. */
export interface Launched extends Served {
  /** Resolves when it is ready; rejects, with what it printed, when it ends before. */
  ready(): Promise<void>;
  /** Resolves with the exit code when it has ended; null when it was killed. */
  readonly exited: Promise<number | null>;
}

/** Starts Custos and waits until it is ready. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const launched = await launch(options);
  try {
    await launched.ready();
  } catch (error) {
    await launched.kill();
    throw error;
  }
  return launched;
}

/** Starts Custos and waits for nothing. */
export async function launch(options: ServeOptions = {}): Promise<Launched> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'custos-serve-'));
  const port = options.port ?? (await freePort());
  const file = join(directory, 'custos.yaml');
  const config: ConfigurationInput = {
    listen: `127.0.0.1:${port}`,
    dataDirectory: join(directory, 'data'),
    network: { internal: ['127.0.0.0/8', 'localhost'], allowPlainHttp: true },
    ...options.config,
  };
  // YAML takes JSON as it is.
  writeFileSync(file, JSON.stringify(config));

  let output = '';
  const child = spawn(process.execPath, [main, 'serve', '--config', file], {
    env: { PATH: process.env['PATH'] ?? '', HOME: directory, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output = (output + text).slice(-200_000);
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const dead = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    url,
    directory,
    port,
    process: child,
    output: () => output,
    exited,
    async ready() {
      const waiting = eventually(async () => dead() || (await fetch(`${url}/readyz`)).ok, {
        timeoutMs: 30_000,
        everyMs: 25,
        what: 'readiness',
      });
      await waiting.catch((error: unknown) => {
        throw new Error(`Custos did not become ready:\n${output}`, { cause: error });
      });
      if (dead()) throw new Error(`Custos ended at its start:\n${output}`);
    },
    setupToken: () => eventually(() => /setup#token=(\S+)/.exec(output)?.[1], { what: 'the set-up link' }),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Ends it and removes what it wrote. */
export async function discard(served: Served): Promise<void> {
  if (served.process.exitCode === null && served.process.signalCode === null) await served.kill();
  rmSync(served.directory, { recursive: true, force: true });
}

/** Keeps cookies, as a browser does, so that tests sign in the way people do; may begin with one. */
export function browserFetch(cookie = ''): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init?.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    headers.set('origin', url.origin);
    const reply = await fetch(input, { ...init, headers });
    const set = reply.headers.getSetCookie()[0];
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    return reply;
  };
}

/** Makes the first account and returns a client that is signed in as it. */
export async function setUp(served: Served): Promise<Client> {
  const client = createClient({ baseUrl: served.url, fetch: browserFetch() });
  await client.setup.complete({ token: await served.setupToken(), ...administrator });
  return client;
}

/** Signs in with the account that `setUp` made, after a restart. */
export async function signIn(served: Served): Promise<Client> {
  const client = createClient({ baseUrl: served.url, fetch: browserFetch() });
  await client.session.signIn({ email: administrator.email, password: administrator.password });
  return client;
}
