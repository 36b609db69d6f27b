import { readFileSync } from 'node:fs';
import { createClient, type Client } from '@custos/client';
import type { Command } from 'commander';

/** Where a command finds the server and as whom it comes. */
export interface ConnectionOptions {
  readonly url: string;
  readonly tokenFile?: string | undefined;
}

export const defaultUrl = 'http://127.0.0.1:4600';

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
