import { z } from 'zod';
import { certificateDays, certificateFault } from './certificate.ts';
import { authority, host, port } from './fields.ts';
import { defineKind } from './kind.ts';

const options = z.strictObject({
  host: host.meta({ title: 'Host', description: 'Name or address.', placeholder: 'shop.example.com' }),
  port: port.default(443).meta({ title: 'Port', description: 'Where TLS is spoken from the first byte.' }),
  serverName: host
    .optional()
    .meta({ title: 'Server name', description: 'Name to ask for and to check, if not the host.' }),
  certificateDays: z.number().int().min(0).max(365).default(14).meta({
    title: 'Certificate days',
    description: 'Degraded when a certificate of the chain ends in fewer days than this.',
  }),
  verifyTls: z.boolean().default(true).meta({
    title: 'Verify chain and name',
    description: 'Off looks at the dates only, for self-signed certificates.',
  }),
  certificateAuthority: authority.optional().meta({
    title: 'Private authority',
    description: 'PEM certificates to trust instead of the public ones.',
    multiline: true,
  }),
});

/** Makes a TLS handshake and looks at the certificates: chain, name and days left. */
export const tlsKind = defineKind({
  kind: 'tls',
  title: 'TLS certificate',
  description: 'Checks the certificate of a server: its chain, its name and how long it lasts.',
  options,
  defaults: { intervalMs: 3_600_000 },
  targetHost: (given) => given.host,
  async check(given, context) {
    const { socket, timing, tls } = await context.outbound.connect({
      host: given.host,
      port: given.port,
      timeoutMs: context.timeoutMs,
      // Verified below and not by the handshake, so that a bad certificate can still be described.
      tls: {
        rejectUnauthorized: false,
        ...(given.serverName === undefined ? {} : { servername: given.serverName }),
        ...(given.certificateAuthority === undefined ? {} : { ca: given.certificateAuthority }),
      },
      signal: context.signal,
      purpose: context.purpose,
    });
    socket.destroy();
    const latencyMs = timing.dnsMs + timing.connectMs + timing.tlsMs;
    if (tls === undefined)
      return { status: 'down', latencyMs, message: 'It showed no certificate.', values: {} };
    const days = certificateDays(tls, context.clock.now());
    const values = {
      certificate_days: days,
      dns_ms: timing.dnsMs,
      connect_ms: timing.connectMs,
      tls_ms: timing.tlsMs,
    };
    if (days < 0) return { status: 'down', latencyMs, message: certificateFault(days, 0) ?? '', values };
    if (given.verifyTls && !tls.authorized) {
      const why = tls.authorizationError ?? 'unknown';
      return { status: 'down', latencyMs, message: `The certificate does not hold (${why}).`, values };
    }
    const ending = certificateFault(days, given.certificateDays);
    if (ending !== undefined) return { status: 'degraded', latencyMs, message: ending, values };
    return {
      status: 'up',
      latencyMs,
      message: `The certificate of ${tls.subject} ends in ${days} days.`,
      values,
    };
  },
});
