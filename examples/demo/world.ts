import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startMailServer } from '../../packages/server/test/receivers.ts';
import { openAccount, type DemoAccount } from './account.ts';
import { startChild } from './child.ts';
import type { DatabaseReady } from './database.ts';
import { startDesk } from './desk.ts';
import { createInbox } from './inbox.ts';
import { startJob } from './job.ts';
import type { DemoOptions } from './options.ts';
import { choosePort } from './ports.ts';
import { startShop } from './switches.ts';
import { startCustos } from './watch.ts';

/** Everything that runs while the demo runs. */
export interface World {
  readonly custosUrl: string;
  readonly shopUrl: string;
  readonly deskUrl: string;
  readonly account: DemoAccount;
  stop(): Promise<void>;
}

const storageMb = 64;
const mailEveryMs = 300;

/** Starts the shop with its database, the page with the switches, the mail relay, and Custos last. */
export async function startWorld(options: DemoOptions, say: (line: string) => void): Promise<World> {
  const { dataDirectory, port, fresh } = options;
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
  };
  try {
    if (fresh) rmSync(dataDirectory, { recursive: true, force: true });
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const account = openAccount(dataDirectory);
    const next = (offset: number): Promise<number> => choosePort(port === 0 ? 0 : port + offset);
    const ports = {
      custos: await next(0),
      shop: await next(100),
      desk: await next(101),
      mail: await next(102),
    };
    const urlOf = (own: number): string => `http://127.0.0.1:${own}`;
    const [custosUrl, shopUrl, deskUrl] = [urlOf(ports.custos), urlOf(ports.shop), urlOf(ports.desk)];

    say('Starting PostgreSQL, the shop and Custos...');
    const database = await startChild<DatabaseReady>('./database.ts', {});
    closers.push(() => database.stop());

    const switches = await startShop({
      port: ports.shop,
      databaseUrl: database.ready.url,
      storageDirectory: join(dataDirectory, 'receipts'),
      storageMb,
      controlUrl: `${deskUrl}/control`,
    });
    closers.push(() => switches.stop());

    const inbox = createInbox(account.webhookSecret, Date.now);
    const mail = await startMailServer(ports.mail);
    const reading = setInterval(
      () => mail.mails.splice(0).forEach((text) => inbox.takeMail(text)),
      mailEveryMs,
    );
    closers.push(async () => {
      clearInterval(reading);
      await mail.close();
    });

    const addresses = { custos: custosUrl, shop: shopUrl, desk: deskUrl };
    const desk = await startDesk({ port: ports.desk, inbox, switches, addresses });
    closers.push(() => desk.close());

    const environment = {
      DEMO_SHOP_URL: shopUrl,
      DEMO_DESK_URL: deskUrl,
      DEMO_MAIL_PORT: String(ports.mail),
      DEMO_DATABASE_URL: database.ready.url,
      DEMO_WEBHOOK_SECRET: account.webhookSecret,
    };
    Object.assign(process.env, environment);
    const { app, token } = await startCustos({
      dataDirectory,
      port: ports.custos,
      account,
      environment,
      say,
    });
    closers.push(() => app.stop());
    await switches.sendLog({ url: custosUrl, token });
    // Before Custos goes, so that nothing is sent to nobody.
    closers.push(() => switches.sendLog(null));

    const { items } = await app.parts.probes.probes({ kind: 'heartbeat', limit: 1 });
    const pingUrl = items[0]?.pingUrl;
    if (pingUrl !== undefined && pingUrl !== null) {
      const job = startJob(pingUrl);
      closers.push(() => job.stop());
    }
    return { custosUrl, shopUrl, deskUrl, account, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
