import { isIPv6 } from 'node:net';
import { refused } from './errors.ts';
import type { Rules } from './policy.ts';
import { canonicalAddress } from './special-addresses.ts';

/** Longest address of a request, in characters; what common servers accept (RFC 9110 section 4.1). */
const maxUrlLength = 8000;

/** A host and a port whose spelling has been settled: no brackets, no trailing dot, addresses canonical. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface UrlTarget extends Target {
  readonly url: URL;
  readonly secure: boolean;
}

/** Control characters, which URL parsers drop silently, and blanks around the address. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unseen = /[\u0000-\u001f\u007f]|^\s|\s$/;

/**
 * Parses the address of a request and checks all that needs no network: scheme, credentials, port, host.
 * Addresses in decimal, octal, hex, short and full-width forms come out of the WHATWG parser as what they
 * are, so one check sees them all.
 */
export function parseUrl(text: string, rules: Rules): UrlTarget {
  const url = unseen.test(text) || text.length > maxUrlLength ? null : URL.parse(text);
  if (url === null) throw refused('invalid_url', 'The address is not a valid URL.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(
      'scheme',
      `The scheme must be https${rules.policy.allowHttp ? ' or http' : ''}, not ${url.protocol}`,
    );
  }
  const secure = url.protocol === 'https:';
  if (!secure && !rules.policy.allowHttp) throw refused('scheme', 'The scheme must be https, not http.');
  if (url.username !== '' || url.password !== '') {
    throw refused(
      'credentials',
      'An address may not carry a user name or a password; send them in a header.',
    );
  }
  url.hash = '';
  const host = settleHost(url.hostname);
  if (host === undefined) throw refused('invalid_url', 'The address has no valid host.');
  if (canonicalAddress(host) === undefined) url.hostname = host;
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  checkHostAndPort({ host, port }, { rules, use: 'http' });
  return { url, secure, host, port };
}

/** Settles the spelling of a bare target and checks all that needs no network. */
export function parseTarget(target: Target, rules: Rules): Target {
  const host = settleHost(target.host);
  if (host === undefined) throw refused('invalid_url', 'The host is not a valid name or address.');
  if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) {
    throw refused('port', 'The port must be a whole number from 1 to 65535.');
  }
  const settled = { host, port: target.port };
  checkHostAndPort(settled, { rules, use: 'tcp' });
  return settled;
}

function checkHostAndPort(
  { host, port }: Target,
  { rules, use }: { rules: Rules; use: 'http' | 'tcp' },
): void {
  if (!rules.allowsHost(host))
    throw refused('host_not_allowed', `The host ${host} is not on the list of allowed hosts.`);
  if (!rules.allowsPort(port, use))
    throw refused('port', `Port ${port} is not open to this kind of request.`);
}

/** Lower case, without brackets and trailing dot; addresses in their canonical spelling. */
function settleHost(text: string): string | undefined {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  if (bare.includes(':') && !isIPv6(bare)) return undefined;
  if (/[\s/@?#\\%]/.test(bare) || unseen.test(bare)) return undefined;
  const parsed = URL.parse(`http://${bare.includes(':') ? `[${bare}]` : bare}/`)?.hostname;
  if (parsed === undefined || parsed === '') return undefined;
  const host = parsed.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host.length > 253 || host.split('.').includes('')) return undefined;
  return canonicalAddress(host) ?? host;
}
