import { readFile } from 'node:fs/promises';
import { messageOf } from '../../../base/errors.ts';
import type { TlsRequest } from '../../../outbound/types.ts';
import type { ScrapeJob } from './types.ts';

/** What a target is shown, and by what it is believed. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly tls: TlsRequest | undefined;
}

/** The text of a file, or what stands in the configuration itself. */
async function textOf(path: string | undefined, text: string | undefined): Promise<string | undefined> {
  if (path === undefined) return text;
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new Error(`A file of its credentials cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

async function authorizationOf(job: ScrapeJob): Promise<string | undefined> {
  const { basic_auth: basic, authorization } = job;
  if (basic !== undefined) {
    const password = await textOf(basic.password_file, basic.password);
    return `Basic ${Buffer.from(`${basic.username}:${password ?? ''}`).toString('base64')}`;
  }
  if (authorization === undefined) return undefined;
  const { type, credentials_file: path, credentials } = authorization;
  return `${type} ${(await textOf(path, credentials)) ?? ''}`;
}

async function tlsOf({ tls_config: given }: ScrapeJob): Promise<TlsRequest | undefined> {
  if (given === undefined) return undefined;
  const ca = await textOf(given.ca_file, given.ca);
  const cert = await textOf(given.cert_file, given.cert);
  const key = await textOf(given.key_file, given.key);
  return {
    rejectUnauthorized: !given.insecure_skip_verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(given.server_name === undefined ? {} : { servername: given.server_name }),
  };
}

/**
 * What a job brings along. Files are read for each scrape, as Prometheus does, since whoever rotates a token
 * or a certificate writes a file and tells nobody. Raises when one cannot be read.
 */
export async function credentialsOf(job: ScrapeJob): Promise<Credentials> {
  return { authorization: await authorizationOf(job), tls: await tlsOf(job) };
}

/** The job with every path in it as `resolve` has it. */
export function withPaths(job: ScrapeJob, resolve: (path: string) => string): ScrapeJob {
  const file = <Name extends string>(name: Name, path: string | undefined): { [Key in Name]?: string } =>
    path === undefined ? {} : ({ [name]: resolve(path) } as { [Key in Name]: string });
  const { basic_auth: basic, authorization, tls_config: tls } = job;
  return {
    ...job,
    file_sd_configs: job.file_sd_configs.map((from) => ({ ...from, files: from.files.map(resolve) })),
    basic_auth: basic && { ...basic, ...file('password_file', basic.password_file) },
    authorization: authorization && {
      ...authorization,
      ...file('credentials_file', authorization.credentials_file),
    },
    tls_config: tls && {
      ...tls,
      ...file('ca_file', tls.ca_file),
      ...file('cert_file', tls.cert_file),
      ...file('key_file', tls.key_file),
    },
  };
}
