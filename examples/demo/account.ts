import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The demo's account and secrets: made once for each data directory, kept there, readable by you alone. */
export interface DemoAccount {
  readonly email: string;
  readonly password: string;
  readonly webhookSecret: string;
}

/** Who looks on while things break. Not you: your account is signed in once at a time. */
export const driverEmail = 'driver@harbour-books.example';

export function openAccount(dataDirectory: string): DemoAccount {
  const file = join(dataDirectory, 'account.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoAccount;
  const account: DemoAccount = {
    email: 'demo@harbour-books.example',
    password: (randomBytes(8).toString('hex').match(/.{4}/g) ?? []).join('-'),
    webhookSecret: randomBytes(24).toString('base64url'),
  };
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify(account, null, 2), { mode: 0o600 });
  return account;
}
