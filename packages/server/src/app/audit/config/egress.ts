import { auditExportFormat } from '@custos/contract';
import { z } from 'zod';
import {
  compressionKind,
  entryName,
  httpUrl,
  keyPrefix,
  objectAddress,
  objectSecrets,
  refuseRepeats,
  secretText,
} from './fields.ts';
import { certificates, extraHeaders, signingSecret } from './outside.ts';

const everyDestination = {
  /** Cursors are kept under it. */
  name: entryName,
  /** Every log when absent. */
  logs: z.array(z.string()).min(1, 'must name a log, or be left out for all').optional(),
  /** Where a log begins that was never sent. */
  from: z.enum(['beginning', 'now']).default('beginning'),
  /** Sealed fields that leave in clear, such as `address`; each time that is on record. */
  disclose: z
    .union([
      z.literal('all'),
      z.array(z.string().min(1)).min(1, 'must name a field, or be left out for none'),
    ])
    .optional(),
};

const webhook = z.strictObject({
  ...everyDestination,
  kind: z.literal('webhook'),
  url: httpUrl,
  secret: signingSecret,
  /** Signs beside the other while receivers are moved to it. */
  previousSecret: signingSecret.optional(),
  headers: extraHeaders.optional(),
  format: auditExportFormat.default('ndjson'),
  maxEvents: z.number().int().min(1).max(10_000).default(500),
});

const syslog = z.strictObject({
  ...everyDestination,
  kind: z.literal('syslog'),
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(6514),
  /** False: in clear, for receivers on the same host. */
  tls: z
    .union([
      z.literal(false),
      z.strictObject({
        ca: certificates.optional(),
        cert: certificates.optional(),
        key: secretText().optional(),
        servername: z.string().min(1).max(255).optional(),
      }),
    ])
    .default({}),
  format: auditExportFormat
    .exclude(['csv'], 'must be a format of one line per event: ndjson, cef, ecs, ocsf or cloudevents')
    .default('cef'),
  /** HOSTNAME of the messages; this host's name when absent. */
  hostname: z
    .string()
    .regex(/^[\x21-\x7E]{1,255}$/, 'must be printable ASCII without spaces')
    .optional(),
  /** Private enterprise number (IANA) of the structured data. */
  enterpriseNumber: z.number().int().min(1).max(4_294_967_295).optional(),
});

const objects = z.strictObject({
  ...everyDestination,
  kind: z.literal('objects'),
  address: objectAddress,
  secrets: objectSecrets.optional(),
  prefix: keyPrefix.default('audit-export/'),
  compression: compressionKind.default('gzip'),
});

/** Where events go as they come. */
export const egressConfiguration = z
  .array(z.discriminatedUnion('kind', [webhook, syslog, objects]))
  .superRefine((destinations, context) =>
    refuseRepeats(
      destinations.map(({ name }) => name),
      (index, message) => context.addIssue({ code: 'custom', path: [index, 'name'], message }),
    ),
  );
