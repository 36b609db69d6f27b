import { administrator, type Served } from '../../packages/server/test/serve.ts';
import type { Figure } from '../figure.ts';
import { quantile } from '../figure.ts';
import { cpuSeconds } from '../process-stats.ts';
import { requestsPerSecond } from './load.ts';

const rounds = 9;
const roundMs = 700;
const connections = 16;

type Headers = Readonly<Record<string, string>>;

/** Signs in as a browser does; the `Cookie` header of the session. */
export async function sessionCookie(url: string): Promise<string> {
  const { email, password } = administrator;
  const reply = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email, password }),
  });
  const [cookie] = reply.headers.getSetCookie();
  if (!reply.ok || cookie === undefined) throw new Error(`the sign-in was answered ${reply.status}`);
  return cookie.split(';', 1).join('');
}

/**
 * Requests per second of the server's processor time, so that whatever else the machine does is not
 * measured along. Callers take turns in short rounds; medians.
 */
async function rates<Caller extends string>(
  { port, process: { pid = 0 } }: Served,
  path: string,
  callers: Readonly<Record<Caller, Headers>>,
): Promise<Record<Caller, number>> {
  const names = Object.keys(callers) as Caller[];
  const seen = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Caller, number[]>;
  // The first round warms up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const before = cpuSeconds(pid);
      const begun = performance.now();
      const perSecond = await requestsPerSecond(
        { port, path, headers: callers[name] },
        { connections, ms: roundMs },
      );
      const answers = (perSecond * (performance.now() - begun)) / 1000;
      if (round > 0) seen[name].push(answers / (cpuSeconds(pid) - before));
    }
  }
  return Object.fromEntries(names.map((name) => [name, quantile(seen[name], 0.5)])) as Record<Caller, number>;
}

/**
 * The same public route without a login, with a session and with an API token: what finding out who calls
 * costs. `session` and `token` are on a route that asks State once, as the lightest routes behind a login
 * do; `session-bare` and `token-bare` on one that asks nothing, where only the frame is left to compare with.
 */
export async function authenticatedRequests(served: Served, token: string): Promise<readonly Figure[]> {
  const callers: Record<'nobody' | 'session' | 'token', Headers> = {
    nobody: {},
    session: { cookie: await sessionCookie(served.url) },
    token: { authorization: `Bearer ${token}` },
  };
  const figures: Figure[] = [];
  for (const [path, suffix] of [
    ['/api/v1/setup', ''],
    ['/api/v1/sign-in', '-bare'],
  ] as const) {
    const { nobody, session, token: byToken } = await rates(served, path, callers);
    const baseline = { name: `GET ${path} without login`, value: nobody };
    const unit = '1/s of processor time';
    figures.push(
      { figure: `session${suffix}`, value: session, unit, baseline },
      { figure: `token${suffix}`, value: byToken, unit, baseline },
    );
  }
  return figures;
}
