import {
  channelInput,
  maintenanceInput,
  probeInput,
  ruleInput,
  ruleSelector,
  serviceInput,
} from '@custos/contract';
import { z } from 'zod';
import { parseDuration } from '../base/duration.ts';
import { accessConfiguration } from './access-config.ts';
import { auditConfiguration } from './audit/config/configuration.ts';
import { telemetryConfiguration } from './telemetry/config.ts';

/**
 * The schema of `custos.config.ts` and `custos.yaml`. Every field has a default, so an empty file, or none
 * at all, is a whole configuration.
 *
 * Things are referred to by name. A field that ends in `Ms` may be written without it as a duration:
 * `interval: '30s'` is `intervalMs: 30000`.
 */

/** A secret is never written in the file: `{ env: 'NAME' }` or `{ file: '/path' }`. */
export const secretReference = z.union([
  z.strictObject({ env: z.string().min(1) }),
  z.strictObject({ file: z.string().min(1) }),
]);

/** Lets `interval: '30s'` stand for `intervalMs: 30000`, for each `...Ms` field of the schema. */
function withDurations<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => {
        if (key in schema.shape || !(`${key}Ms` in schema.shape)) return [key, entry];
        // What is not a duration is passed on, so that the schema refuses it among its other findings.
        return [`${key}Ms`, (typeof entry === 'string' ? parseDuration(entry) : undefined) ?? entry];
      }),
    );
  }, schema);
}

const names = z.array(z.string().min(1)).default([]);

const configuredService = withDurations(z.strictObject({ ...serviceInput.shape, dependsOn: names }));

const { serviceId: _service, channelIds: _channels, ...probeShape } = probeInput.shape;
const configuredProbe = withDurations(
  z.strictObject({ ...probeShape, service: z.string().optional(), channels: names }),
);

const { serviceIds: _services, probeIds: _probes, ...maintenanceShape } = maintenanceInput.shape;
const configuredMaintenance = z.strictObject({ ...maintenanceShape, services: names, probes: names });

const { fallbackChannelId: _fallback, ...channelShape } = channelInput.shape;
const configuredChannel = z.strictObject({ ...channelShape, fallback: z.string().optional() });

const { probeIds: _ruleProbes, serviceIds: _ruleServices, ...selectorShape } = ruleSelector.shape;
const { channelIds: _ruleChannels, selector: _selector, ...ruleShape } = ruleInput.shape;
const configuredRule = withDurations(
  z.strictObject({
    ...ruleShape,
    selector: z.strictObject({ ...selectorShape, services: names, probes: names }).prefault({}),
    channels: names,
  }),
);

const address = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:[\]]+):\d{1,5}$/, 'must be host:port, such as 127.0.0.1:4600')
  .refine((text) => Number(text.slice(text.lastIndexOf(':') + 1)) < 65_536, 'must have a port up to 65535');

const hostOrRange = z.string().min(1).max(255);

export const configuration = z.strictObject({
  /** Where the HTTP server listens. */
  listen: address.default('127.0.0.1:4600'),
  /** The address in links, such as `https://custos.example.com`. */
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an address such as https://custos.example.com' })
    .optional(),
  /** Where the embedded stores live. */
  dataDirectory: z.string().min(1).default('./data'),
  /** The key for secrets at rest: 32 bytes in base 64 or hex. A generated file in the data directory otherwise. */
  secretKey: secretReference.optional(),
  /** Earlier keys, so that what they encrypted can still be read while it is rotated. */
  previousSecretKeys: z.array(secretReference).default([]),
  state: z
    .strictObject({
      /** `postgres://...`; SQLite in the data directory otherwise. */
      url: z.union([z.string().min(1), secretReference]).optional(),
      poolSize: z.number().int().min(2).max(200).default(10),
    })
    .prefault({}),
  columns: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** `http(s)://user:password@host:port/database` of a ClickHouse server; the embedded engine otherwise. */
      url: z.union([z.string().min(1), secretReference]).optional(),
      memoryMb: z.number().int().min(256).default(1024),
      threads: z.number().int().min(1).max(64).default(2),
      /** What waits on disk at most while columns is away. */
      spoolMb: z.number().int().min(1).default(512),
    })
    .prefault({}),
  http: z
    .strictObject({
      /** Addresses of reverse proxies whose `X-Forwarded-For` is believed. */
      trustedProxies: z.array(hostOrRange).default([]),
      /** Serves `/metrics` to everybody; only to loopback and tokens otherwise. */
      publicMetrics: z.boolean().default(false),
      /** Lets browsers sign in over plain HTTP from other machines. Passwords cross the wire in clear. */
      allowInsecureCookie: z.boolean().default(false),
      requestsPerMinute: z.number().int().min(10).default(1200),
    })
    .prefault({}),
  network: z
    .strictObject({
      /** Private hosts and ranges that probes and channels may reach: `10.0.0.0/8`, `db.internal`, `*.lan`. */
      internal: z.array(hostOrRange).default([]),
      /** Hosts that channels may call; any public host when empty. */
      allowedHosts: z.array(hostOrRange).default([]),
      /** Lets channels use plain HTTP. */
      allowPlainHttp: z.boolean().default(false),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  /** How long a stop waits for work in flight, in seconds. */
  stopDeadlineSeconds: z.number().min(1).max(300).default(20),
  flapping: z
    .strictObject({
      firings: z.number().int().min(2).default(4),
      windowSeconds: z.number().min(1).default(1800),
      holdSeconds: z.number().min(1).default(300),
    })
    .prefault({}),
  access: accessConfiguration.prefault({}),
  audit: auditConfiguration.prefault({}),
  telemetry: telemetryConfiguration.prefault({}),
  services: z.array(configuredService).default([]),
  probes: z.array(configuredProbe).default([]),
  maintenance: z.array(configuredMaintenance).default([]),
  channels: z.array(configuredChannel).default([]),
  rules: z.array(configuredRule).default([]),
});

/** What the file says, as it is written. */
export type ConfigurationInput = z.input<typeof configuration>;
/** The whole configuration with its defaults. */
export type Configuration = z.output<typeof configuration>;
