import { readFileSync } from 'node:fs';
import { ApiError, createClient, type Client } from '@custos/client';
import type { Command } from 'commander';

/** Where a command finds the server and as whom it comes. */
export interface ConnectionOptions {
  readonly url: string;
  readonly tokenFile?: string | undefined;
}

const defaultUrl = 'http://127.0.0.1:4600';

/** Adds the options that every command takes which talks to a server. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'address of the server', defaultUrl)
    .option('--token-file <path>', 'file with an API token');
}

export function tokenOf({ tokenFile }: Pick<ConnectionOptions, 'tokenFile'>): string | undefined {
  return tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
}

export function connect(options: ConnectionOptions): Client {
  return createClient({ baseUrl: options.url, token: tokenOf(options) });
}

/** Like `connect`, with an `Idempotency-Key` of the caller's choice on every request. */
export function connectUnderKey(options: ConnectionOptions, key: () => string): Client {
  const send: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('idempotency-key', key());
    return fetch(input, { ...init, headers });
  };
  return createClient({ baseUrl: options.url, token: tokenOf(options), fetch: send });
}

/** Says which option the server refused, and what would be right. */
export async function namingFields(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.fields.length === 0) throw error;
    const faults = error.fields.map(({ field, message }) => `${field}: ${message}`);
    throw new Error([error.message, ...faults].join('\n  '), { cause: error });
  }
}
