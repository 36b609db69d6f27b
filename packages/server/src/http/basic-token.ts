import type { FastifyRequest } from 'fastify';

/** What every API token starts with; a password of another shape belongs to somebody else, such as a proxy. */
const tokenStart = 'custos_';

const loopback = /^(127\.|::1$|::ffff:127\.)/;

/**
 * The API token that a program sends as the password of Basic authentication (RFC 7617), under any user
 * name. Undefined when there is none, so that the scheme means what it meant before. Null when there is
 * one and it came unencrypted from another host: it is refused, since others may have read it.
 */
export function basicToken(request: FastifyRequest): string | null | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]{1,2048})$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const password = text.slice(text.indexOf(':') + 1);
  if (!text.includes(':') || !password.startsWith(tokenStart)) return undefined;
  return request.protocol === 'https' || loopback.test(request.ip) ? password : null;
}
