import type { FastifyRequest } from 'fastify';
import { httpError } from './problem.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

function originOf(url: string): string | undefined {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/**
 * Refuses a change that a page of another origin makes a browser send (OWASP ASVS 5.0, 3.5.1; the
 * "verifying origin" defence of its CSRF cheat sheet). The `Origin` must be the host that was called or
 * the public address; without one, `Sec-Fetch-Site` must say that the page is ours; and a browser that
 * sends neither is refused if a cookie rides along. Reading is not covered: another origin cannot see
 * the answer.
 */
export function requireOwnOrigin(
  request: FastifyRequest,
  credentials: { readonly cookie: boolean; readonly publicUrl: string | null },
): void {
  if (safeMethods.has(request.method)) return;
  const origin = request.headers.origin;
  if (origin !== undefined) {
    if (hostOf(origin) === request.host) return;
    if (credentials.publicUrl !== null && origin === originOf(credentials.publicUrl)) return;
    throw httpError(403, 'origin_refused', `Changes are not taken from ${origin.slice(0, 200)}.`);
  }
  const site = request.headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return;
  if (site === undefined && !credentials.cookie) return;
  throw httpError(403, 'origin_refused');
}
