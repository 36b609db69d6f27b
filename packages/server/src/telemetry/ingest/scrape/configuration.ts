import { z } from 'zod';
import { parseDuration } from '../../../base/duration.ts';
import { compileAnchored } from '../../promql/regular-expression.ts';
import { relabelActions } from './relabel.ts';

/** Durations as Prometheus writes them, such as `15s`; milliseconds in code. */
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 100) return ms;
  context.addIssue({ code: 'custom', message: 'must be a duration of at least 100ms, such as 15s' });
  return z.NEVER;
});

const sizes: Readonly<Record<string, number>> = { '': 1, B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Sizes as Prometheus writes them, such as `10MB`, in units of 1,024. */
const size = z.union([z.number().int().min(0), z.string()]).transform((value, context) => {
  const found = /^(\d+)([KMG]?B)?$/.exec(String(value));
  if (found !== null) return Number(found[1]) * sizes[found[2] ?? '']!;
  context.addIssue({ code: 'custom', message: 'must be a size, such as 10MB' });
  return z.NEVER;
});

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be the name of a label');

const targetNeeded = new Set(['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal']);

/** One step of `relabel_configs`, with Prometheus's defaults. */
const relabelRule = z
  .strictObject({
    source_labels: z.array(z.string().min(1)).default([]),
    separator: z.string().default(';'),
    regex: z.coerce.string().default('(.*)'),
    target_label: z.string().default(''),
    replacement: z.coerce.string().default('$1'),
    modulus: z.number().int().min(0).default(0),
    action: z
      .preprocess(
        (value) => (typeof value === 'string' ? value.toLowerCase() : value),
        z.enum(relabelActions),
      )
      .default('replace'),
  })
  .superRefine((rule, context) => {
    try {
      compileAnchored(rule.regex);
    } catch (error) {
      const message = `is not a pattern of RE2: ${error instanceof Error ? error.message : String(error)}`;
      context.addIssue({ code: 'custom', path: ['regex'], message });
    }
    if (targetNeeded.has(rule.action) && rule.target_label === '') {
      const message = `is needed by the action ${rule.action}`;
      context.addIssue({ code: 'custom', path: ['target_label'], message });
    }
    if (rule.action === 'hashmod' && rule.modulus === 0) {
      context.addIssue({ code: 'custom', path: ['modulus'], message: 'is needed by the action hashmod' });
    }
  });

/** A list of targets with labels, as configuration and target files hold them. */
export const targetGroup = z.strictObject({
  targets: z.array(z.string().min(1).max(500)).max(10_000),
  labels: z.record(labelName, z.coerce.string()).default({}),
});

/** Written as it is, or as a reference, of which the configuration has made a text by now. */
const text = z.string().min(1) as unknown as z.ZodType<
  string,
  string | { readonly env: string } | { readonly file: string }
>;
const path = z.string().min(1).optional();
/** 0 is no limit. */
const limit = z.number().int().min(0).default(0);

/**
 * A job, written as in `scrape_configs` of Prometheus. A secret may also be `{ env: NAME }` or `{ file: PATH }`,
 * as everywhere in the configuration; `password_file` and the like are read anew for each scrape.
 */
export const scrapeJobConfiguration = z
  .strictObject({
    job_name: z.string().min(1).max(200),
    scrape_interval: duration.default(15_000),
    scrape_timeout: duration.optional(),
    metrics_path: z.string().startsWith('/', 'must start with /').default('/metrics'),
    scheme: z.enum(['http', 'https']).default('http'),
    params: z.record(z.string(), z.array(z.string())).default({}),
    honor_labels: z.boolean().default(false),
    honor_timestamps: z.boolean().default(true),
    static_configs: z.array(targetGroup).default([]),
    file_sd_configs: z
      .array(
        z.strictObject({
          files: z.array(z.string().regex(/\.(json|ya?ml)$/, 'must end in .json, .yml or .yaml')).min(1),
          refresh_interval: duration.default(5_000),
        }),
      )
      .default([]),
    relabel_configs: z.array(relabelRule).default([]),
    metric_relabel_configs: z.array(relabelRule).default([]),
    follow_redirects: z.boolean().default(true),
    enable_compression: z.boolean().default(true),
    basic_auth: z
      .strictObject({ username: z.string(), password: text.default(''), password_file: path })
      .optional(),
    authorization: z
      .strictObject({
        type: z.string().default('Bearer'),
        credentials: text.optional(),
        credentials_file: path,
      })
      .refine(
        ({ credentials, credentials_file: file }) => (credentials === undefined) !== (file === undefined),
        { path: ['credentials'], error: 'must be there, or else credentials_file' },
      )
      .optional(),
    bearer_token: text.optional(),
    bearer_token_file: path,
    tls_config: z
      .strictObject({
        ca: text.optional(),
        ca_file: path,
        cert: text.optional(),
        cert_file: path,
        key: text.optional(),
        key_file: path,
        server_name: z.string().optional(),
        insecure_skip_verify: z.boolean().default(false),
      })
      .optional(),
    sample_limit: limit,
    label_limit: limit,
    label_name_length_limit: limit,
    label_value_length_limit: limit,
    target_limit: limit,
    body_size_limit: size.default(0),
  })
  .transform((given, context) => {
    const { bearer_token: bearer, bearer_token_file: bearerFile, scrape_timeout: timeout, ...job } = given;
    if (timeout !== undefined && timeout > job.scrape_interval) {
      context.addIssue({
        code: 'custom',
        path: ['scrape_timeout'],
        message: 'must not be longer than scrape_interval',
      });
    }
    const ways = [job.basic_auth, job.authorization, bearer, bearerFile].filter((way) => way !== undefined);
    if (ways.length > 1) {
      const message = 'only one of basic_auth, authorization and bearer_token may be given';
      context.addIssue({ code: 'custom', path: ['authorization'], message });
    }
    const token = { type: 'Bearer', credentials: bearer, credentials_file: bearerFile };
    const authorization = bearer === undefined && bearerFile === undefined ? job.authorization : token;
    return {
      ...job,
      authorization,
      scrape_timeout: timeout ?? Math.min(10_000, job.scrape_interval),
    };
  });
