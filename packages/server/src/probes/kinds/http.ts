import { z } from 'zod';
import type { OutboundRequest, OutboundResponse } from '../../outbound/types.ts';
import type { CheckOutcome } from '../types.ts';
import { certificateDays, certificateFault } from './certificate.ts';
import { authority, safePattern } from './fields.ts';
import { bodyFault, jsonPath } from './http-body.ts';
import { expectedStatus, isExpectedStatus } from './http-status.ts';
import { defineKind } from './kind.ts';

const redirectsFollowed = 5;

const url = z
  .string()
  .trim()
  .max(4000)
  .superRefine((text, context) => {
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      context.addIssue({
        code: 'custom',
        message: 'must be an address that starts with http:// or https://',
      });
    } else if (parsed.username !== '' || parsed.password !== '') {
      context.addIssue({
        code: 'custom',
        message:
          'must not carry a user name or a password; use the fields for them, which are kept encrypted',
      });
    }
  });

const headers = z.record(
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be a header name')
    .refine((header) => !/^(authorization|proxy-authorization|cookie)$/i.test(header), {
      message:
        'must not carry credentials; use the user name, bearer token or secret header, which are kept encrypted',
    }),
  z
    .string()
    .max(4000)
    .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must not contain line breaks'),
);

const options = z.strictObject({
  url: url.meta({
    title: 'Address',
    description: 'The page or API to ask.',
    placeholder: 'https://shop.example.com/health',
  }),
  method: z
    .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
    .default('GET')
    .meta({ title: 'Method', description: 'How to ask.' }),
  headers: headers.default({}).meta({
    title: 'Headers',
    description: 'Sent with the request. Visible to everybody who may see the probe.',
  }),
  body: z
    .string()
    .max(65_536)
    .optional()
    .meta({ title: 'Body', description: 'Sent with the request.', multiline: true }),
  expectedStatus: expectedStatus.default(['200-299']).meta({
    title: 'Expected status',
    description: 'Statuses or ranges that count as up.',
    placeholder: '200-299',
  }),
  bodyContains: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({ title: 'Body contains', description: 'Text that the answer must hold.' }),
  bodyMatches: safePattern.optional().meta({
    title: 'Body matches',
    description: 'Regular expression (RE2) that must match somewhere in the answer.',
  }),
  jsonPath: jsonPath.optional().meta({
    title: 'JSON path',
    description: 'Something must be there in the answer (RFC 9535).',
    placeholder: '$.status',
  }),
  jsonEquals: z
    .string()
    .max(1000)
    .optional()
    .meta({ title: 'JSON value', description: 'What must be at the JSON path.', placeholder: 'ok' }),
  followRedirects: z
    .boolean()
    .default(true)
    .meta({ title: 'Follow redirects', description: `Up to ${redirectsFollowed}.` }),
  verifyTls: z
    .boolean()
    .default(true)
    .meta({ title: 'Verify the certificate', description: 'Off accepts any certificate.' }),
  certificateAuthority: authority.optional().meta({
    title: 'Private authority',
    description: 'PEM certificates to trust instead of the public ones.',
    multiline: true,
  }),
  certificateDays: z.number().int().min(0).max(365).default(14).meta({
    title: 'Certificate days',
    description: 'Degraded when the certificate ends in fewer days than this.',
  }),
  username: z.string().max(200).optional().meta({ title: 'User name', description: 'For HTTP Basic.' }),
  password: z
    .string()
    .max(1000)
    .optional()
    .meta({ title: 'Password', description: 'For HTTP Basic.', secret: true }),
  bearerToken: z
    .string()
    .max(8000)
    .regex(/^[\x21-\x7e]*$/, 'must not contain blanks')
    .optional()
    .meta({ title: 'Bearer token', description: 'Sent as Authorization: Bearer.', secret: true }),
  secretHeader: z
    .string()
    .max(4000)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t\x20-\x7e]*$/, 'must look like X-Api-Key: value')
    .optional()
    .meta({
      title: 'Secret header',
      description: 'One more header, kept encrypted.',
      placeholder: 'X-Api-Key: ...',
      secret: true,
    }),
});
type Options = z.output<typeof options>;

function requestHeaders(given: Options): Record<string, string> {
  const sent: Record<string, string> = { 'user-agent': 'Custos', accept: '*/*', ...given.headers };
  if (given.bearerToken !== undefined) sent['authorization'] = `Bearer ${given.bearerToken}`;
  else if (given.username !== undefined) {
    // RFC 7617, with UTF-8.
    const pair = `${given.username}:${given.password ?? ''}`;
    sent['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  if (given.secretHeader !== undefined) {
    const colon = given.secretHeader.indexOf(':');
    sent[given.secretHeader.slice(0, colon)] = given.secretHeader.slice(colon + 1).trim();
  }
  return sent;
}

function judge(answer: OutboundResponse, given: Options, now: number): CheckOutcome {
  const { timing } = answer;
  const values: Record<string, number> = {
    status_code: answer.status,
    dns_ms: timing.dnsMs,
    connect_ms: timing.connectMs,
    tls_ms: timing.tlsMs,
    first_byte_ms: timing.firstByteMs,
    body_bytes: answer.body.length,
  };
  const days = answer.tls === undefined ? undefined : certificateDays(answer.tls, now);
  if (days !== undefined) values['certificate_days'] = days;
  const result = { latencyMs: timing.totalMs, values };

  if (!isExpectedStatus(answer.status, given.expectedStatus)) {
    const wanted = given.expectedStatus.join(', ');
    return { ...result, status: 'down', message: `Answered ${answer.status}, expected ${wanted}.` };
  }
  const fault = bodyFault(answer.body.toString('utf8'), given);
  if (fault !== undefined) return { ...result, status: 'down', message: fault };
  const ending = days === undefined ? undefined : certificateFault(days, given.certificateDays);
  if (ending !== undefined) return { ...result, status: 'degraded', message: ending };
  return { ...result, status: 'up', message: `Answered ${answer.status}.` };
}

/** Asks an HTTP or HTTPS address and looks at status, body, certificate and time. */
export const httpKind = defineKind({
  kind: 'http',
  title: 'HTTP(S)',
  description: 'Asks a web page or an API and checks its answer.',
  options,
  targetHost: (given) => URL.parse(given.url)?.hostname ?? null,
  async check(given, context) {
    const tls = {
      rejectUnauthorized: given.verifyTls,
      ...(given.certificateAuthority === undefined ? {} : { ca: given.certificateAuthority }),
    };
    const request: OutboundRequest = {
      url: given.url,
      method: given.method,
      headers: requestHeaders(given),
      ...(given.body === undefined ? {} : { body: given.body }),
      timeoutMs: context.timeoutMs,
      connectTimeoutMs: context.timeoutMs,
      followRedirects: given.followRedirects ? redirectsFollowed : 0,
      tls,
      // Each check makes its own connection: one that is kept open would hide a listener that is gone.
      reuse: false,
      signal: context.signal,
      purpose: context.purpose,
    };
    return judge(await context.outbound.request(request), given, context.clock.now());
  },
});
