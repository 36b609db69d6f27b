import type { FetchResource } from '@custos/client/ledger';
import type { Clock } from '../../base/clock.ts';
import { tokenOf, type ConnectionOptions } from '../connection.ts';

const requestTimeoutMs = 30_000;
/** A server that limits requests says when to come again; after so many times it is not reachable. */
const maxAttempts = 20;
const longestPauseMs = 60_000;

/**
 * Reads what a log serves below `/ledger/ORIGIN/`. 404 and 410 are "there is none"; 429 and 503 are waited
 * out; any other refusal is thrown, since it says nothing about the log.
 */
export function servedResources(options: ConnectionOptions, origin: string, clock: Clock): FetchResource {
  const path = origin.split('/').map(encodeURIComponent).join('/');
  const base = `${options.url.replace(/\/+$/, '')}/ledger/${path}/`;
  const token = tokenOf(options);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return async (name) => {
    for (let attempt = 1; ; attempt += 1) {
      const signal = AbortSignal.timeout(requestTimeoutMs);
      const response = await fetch(base + name, { headers, signal, redirect: 'error' });
      if (response.status === 404 || response.status === 410) return undefined;
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      await response.body?.cancel();
      const mayRepeat = response.status === 429 || response.status === 503;
      if (!mayRepeat || attempt >= maxAttempts) {
        throw new Error(`The server answered ${response.status} instead of ${name}.`);
      }
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      await clock.sleep(Math.min(longestPauseMs, Math.max(1, Number.isFinite(seconds) ? seconds : 1) * 1000));
    }
  };
}
