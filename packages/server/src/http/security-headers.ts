import helmet from '@fastify/helmet';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Server } from './types.ts';

/** Two years, as the HSTS preload list asks for; sent over TLS only. */
const strictTransport = 'max-age=63072000; includeSubDomains';

/**
 * The content security policy of everything this server sends. Scripts come from our origin as files and
 * from nowhere else. `nonce` lets the one page that carries it add style elements; style attributes are
 * allowed since the component library writes sizes into them.
 */
export function contentSecurityPolicy(nonce?: string): string {
  const styleElements = nonce === undefined ? "'self'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "script-src-attr 'none'",
    `style-src ${styleElements}`,
    `style-src-elem ${styleElements}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/** What an answer carries even when no hook ran for it, as for a path that cannot be read. */
export function writeOwnHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('content-security-policy', contentSecurityPolicy());
  reply.header('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
  reply.header('cache-control', 'no-store');
  reply.header('x-content-type-options', 'nosniff');
  reply.header('x-request-id', request.id);
  if (request.protocol === 'https') reply.header('strict-transport-security', strictTransport);
}

/** Sets security headers on every answer, and forbids caches to keep answers of the API. */
export async function installSecurityHeaders(app: Server): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: false,
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => writeOwnHeaders(request, reply));
}
