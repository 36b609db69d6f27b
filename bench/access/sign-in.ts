import { request } from 'node:http';
import { createPasswordHasher, defaultHashCost } from '../../packages/server/src/access/password-hash.ts';
import { administrator, type Served } from '../../packages/server/test/serve.ts';
import { quantile, type Figure } from '../figure.ts';

const rounds = 40;
/** Below what the route takes a minute from one address. */
const perAddress = 20;

/** One sign-in; each twenty from another address of loopback, as from other machines. */
function signIn({ port, url }: Served, round: number): Promise<number> {
  const { email, password } = administrator;
  const body = JSON.stringify({ email, password });
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: '/api/v1/session',
        method: 'POST',
        localAddress: `127.0.0.${10 + Math.floor(round / perAddress)}`,
        headers: { 'content-type': 'application/json', origin: url },
      },
      (reply) => {
        reply.resume();
        reply.once('end', () => {
          if (reply.statusCode === 200) resolve(performance.now() - begun);
          else reject(new Error(`a sign-in was answered ${String(reply.statusCode)}`));
        });
      },
    );
    asked.once('error', reject);
    asked.end(body);
  });
}

/**
 * A sign-in by password over HTTP, less one argon2id hash of the same cost measured right beside it: lock,
 * user, session, known device and their durable records. Medians of 40 in turn.
 */
export async function signInOverhead(served: Served): Promise<Figure> {
  const hasher = createPasswordHasher({ cost: defaultHashCost, parallel: 1, waiting: 1 });
  const stored = await hasher.hash(administrator.password);
  const whole: number[] = [];
  const hashes: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    whole.push(await signIn(served, round));
    const begun = performance.now();
    await hasher.verify(administrator.password, stored);
    hashes.push(performance.now() - begun);
  }
  const hash = quantile(hashes, 0.5);
  return {
    figure: 'sign-in-overhead-ms',
    value: quantile(whole, 0.5) - hash,
    unit: 'ms',
    baseline: { name: 'one argon2id hash', value: hash },
  };
}
