import { refused } from './errors.ts';
import type { Rules } from './policy.ts';
import { parseUrl, type UrlTarget } from './target.ts';
import type { OutboundResponse } from './types.ts';

/** What the next request of a chain looks like. */
export interface Hop {
  readonly target: UrlTarget;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** Set once the chain has passed a public address: whoever answers there may not point into private space. */
  readonly publicOnly: boolean;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/** The only headers that go along to another origin; any other may be a credential. */
const travelling = new Set(['accept', 'accept-language', 'user-agent']);

/** The address that an answer sends its reader to, as it was written; `undefined` when it does not. */
export function locationOf(response: OutboundResponse): string | undefined {
  return redirects.has(response.status) ? response.headers['location'] : undefined;
}

/**
 * Works out the request that follows a redirect (RFC 9110 section 15.4, with the change of POST to GET
 * that section allows for 301 and 302). Refuses a step from https to http, one that breaks the policy,
 * and one that would carry the body to another origin.
 */
export function nextHop(hop: Hop, response: OutboundResponse, rules: Rules): Hop {
  const location = locationOf(response) ?? '';
  const url = URL.parse(location, hop.target.url);
  if (url === null) throw refused('redirect', 'The answer redirects to something that is not a URL.');
  const target = parseUrl(url.href, rules);
  if (hop.target.secure && !target.secure)
    throw refused('redirect', 'The answer redirects from https to http.');

  const { status } = response;
  const toGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  const method = toGet ? 'GET' : hop.method;
  const body = toGet ? undefined : hop.body;
  const sameOrigin = target.url.origin === hop.target.url.origin;
  if (!sameOrigin && body !== undefined) {
    throw refused('redirect', `The answer would send the body on to ${target.host}.`);
  }
  const headers = Object.entries(hop.headers).filter(([name]) =>
    sameOrigin ? !toGet || !name.startsWith('content-') : travelling.has(name),
  );
  const publicOnly = hop.publicOnly || rules.isPublic(response.address);
  return { target, method, body, headers: Object.fromEntries(headers), publicOnly };
}
