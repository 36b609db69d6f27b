import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createApp, type App } from '../../packages/server/src/app/app.ts';
import { openOperator } from '../../packages/server/src/app/operator.ts';
import { loadOptions, type Environment, type Options } from '../../packages/server/src/app/options.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { driverEmail, type DemoAccount } from './account.ts';
import { seed } from './seed.ts';

export interface WatchRequest {
  readonly dataDirectory: string;
  readonly port: number;
  readonly account: DemoAccount;
  /** What `custos.config.ts` reads: addresses and secrets. */
  readonly environment: Environment;
  readonly say: (line: string) => void;
}

const version = 'demo';

export interface Watching {
  readonly app: App;
  /** With which the shop sends its log. */
  readonly token: string;
}

/** Starts Custos on the demo's configuration; on a fresh data directory with an account and a past. */
export async function startCustos(request: WatchRequest): Promise<Watching> {
  const { dataDirectory, port, account, environment, say } = request;
  const dataPath = join(dataDirectory, 'custos');
  const options = await loadOptions({
    file: fileURLToPath(new URL('custos.config.ts', import.meta.url)),
    environment: { ...environment, CUSTOS_DATA_DIR: dataPath, CUSTOS_LISTEN: `127.0.0.1:${port}` },
  });
  if (!existsSync(join(dataPath, 'state.sqlite'))) {
    say('Making an account and ninety days of history (once)...');
    try {
      await prepare(options, account);
    } catch (error) {
      // Half a past would be taken for a whole one at the next start.
      rmSync(dataPath, { recursive: true, force: true });
      throw error;
    }
  }
  const token = await makeToken(options, account);
  const app = await createApp({ options, version });
  await app.start();
  await addDriver(app, account);
  return { app, token };
}

/** A token for this run; those of earlier runs are revoked. */
async function makeToken(options: Options, { email }: DemoAccount): Promise<string> {
  const name = 'Harbour Books';
  const operator = await openOperator(options);
  try {
    for (const old of await operator.tokens.list())
      if (old.name === name) await operator.tokens.revoke(old.id);
    const made = await operator.tokens.create(email, {
      name,
      permissions: ['telemetry.ingest'],
      expiresInDays: 30,
    });
    if (made === undefined) throw new Error(`${email} has no account.`);
    return made.token;
  } finally {
    await operator.close();
  }
}

/** Makes the account that looks on; one from an earlier start stays as it is. */
async function addDriver(app: App, { password }: DemoAccount): Promise<void> {
  const driver = { email: driverEmail, name: 'Driver', role: 'analyst', password };
  await app.parts.access.operator.createUser(driver).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== 'conflict') throw error;
  });
}

/** Starts and stops Custos once, so that everything it watches has an id; then writes what went before. */
async function prepare(options: Options, account: DemoAccount): Promise<void> {
  const app = await createApp({ options, version });
  try {
    await app.start();
    await app.parts.access.operator.createUser({
      email: account.email,
      name: 'Demo',
      role: 'super-admin',
      password: account.password,
    });
  } finally {
    await app.stop();
  }
  await seed(options, systemClock.now());
}
