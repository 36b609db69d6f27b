import { logCategory, logSeverity } from '@custos/contract';
import { z } from 'zod';
import { secretText, textOrFile } from '../audit/config/fields.ts';
import { scrapeJobConfiguration } from '../../telemetry/ingest/scrape/configuration.ts';

const word = z.string().min(1).max(200);
const pem = textOrFile(z.string().min(1));
const pattern = z.string().min(1).max(1000);

/** Puts records whose sender names no category into one; all that is given must hold. */
const categoryRule = z.strictObject({
  category: logCategory,
  services: z.array(word).exactOptional(),
  /** Names of senders: tokens, syslog peers. */
  sources: z.array(word).exactOptional(),
  severities: z.array(logSeverity).exactOptional(),
  /** RE2, anywhere in the message. */
  message: pattern.exactOptional(),
  /** Field to RE2. */
  attributes: z.record(word, z.string().max(1000)).exactOptional(),
});

const syslogListener = z
  .strictObject({
    protocol: z.enum(['udp', 'tcp', 'tls']),
    host: z.string().min(1).max(255).default('127.0.0.1'),
    port: z.number().int().min(0).max(65_535),
    /** Addresses and networks that may send; nobody else is listened to. */
    allow: z.array(word).min(1, 'must name who may send, such as 10.0.0.0/8'),
    /** PEM, as a rule `{ file: PATH }`. With `clientCa`, senders must show a certificate of it. */
    tls: z.strictObject({ cert: pem, key: secretText(), clientCa: pem.exactOptional() }).exactOptional(),
  })
  .refine(({ protocol, tls }) => (protocol === 'tls') === (tls !== undefined), {
    path: ['tls'],
    error: 'must be there for the protocol tls, and for no other',
  });

/** `telemetry` of the file: what metrics may take, and what senders may bring. */
export const telemetryConfiguration = z.strictObject({
  metrics: z
    .strictObject({
      /** Active series; new ones beyond it are refused. */
      maxSeries: z.number().int().min(1000).default(500_000),
      newSeriesPerMinute: z.number().int().min(10).default(50_000),
      /** How far back memory reaches, for rules and short queries. */
      headMinutes: z.number().int().min(10).max(1440).default(120),
      headMb: z.number().int().min(16).default(256),
    })
    .prefault({}),
  ingest: z
    .strictObject({
      /** Samples, records and spans that one token may bring. */
      itemsPerSecond: z.number().int().min(1).default(1_000_000),
      megabytesPerSecond: z.number().min(0.001).default(256),
    })
    .prefault({}),
  logs: z
    .strictObject({
      /** Tried in this order, before the built-in ones. */
      categories: z.array(categoryRule).max(200).default([]),
      redaction: z
        .strictObject({
          /** Built-in rules that are switched off: secret, private-key, token, card, email, iban. */
          off: z.array(word).default([]),
          own: z
            .array(
              z.strictObject({
                /** Shows in the mark, as in `[masked:ticket]`. */
                name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be small letters, digits and hyphens'),
                /** RE2; the first group is masked, or the whole match when there is none. */
                pattern,
                /** Texts of which one must be there for the pattern to be tried. */
                contains: z.array(word).exactOptional(),
              }),
            )
            .max(100)
            .default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  /** What Custos reads by itself, and how often. */
  collectors: z
    .strictObject({
      host: z.boolean().default(true),
      process: z.boolean().default(true),
      /** The figures of `/metrics`. */
      custos: z.boolean().default(true),
      intervalSeconds: z.number().int().min(1).max(3600).default(15),
    })
    .prefault({}),
  syslog: z.array(syslogListener).max(20).default([]),
  /** Jobs in the notation of Prometheus's `scrape_configs`. */
  scrape: z
    .array(scrapeJobConfiguration)
    .refine(
      (jobs) => new Set(jobs.map((job) => job.job_name)).size === jobs.length,
      'must have job names that differ',
    )
    .default([]),
  rules: z
    .strictObject({
      /** Rule files as Prometheus has them; paths, or patterns such as `rules/*.yml`. */
      files: z.array(z.string().min(1)).default([]),
      /** What templates know as `$externalLabels`. */
      externalLabels: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  /** What everything in columns may take on disk; the least important logs give way first. */
  budgetGb: z.number().min(0.1).default(50),
});
