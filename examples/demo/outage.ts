import { setTimeout as delay } from 'node:timers/promises';
import { driverEmail } from './account.ts';
import { signIn } from './session.ts';
import type { World } from './world.ts';

const healthyMs = 10_000;
const brokenMs = 25_000;
/** How long anything that must happen may take. */
const patienceMs = 30_000;

export interface OutageRequest {
  readonly world: Pick<World, 'custosUrl' | 'deskUrl' | 'account'>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * An outage from start to end, told as it happens from what Custos itself answers: healthy for ten
 * seconds, errors for twenty-five, then healed.
 */
export async function runOutage({ world, say, signal }: OutageRequest): Promise<void> {
  const { password } = world.account;
  const client = await signIn(world.custosUrl, { email: driverEmail, password });
  const startedAt = Date.now();
  const tell = (what: string): void => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
    say(`  ${seconds} s  ${what}`);
  };
  const until = async <T>(what: string, look: () => Promise<T | undefined>): Promise<T> => {
    const giveUpAt = Date.now() + patienceMs;
    while (Date.now() < giveUpAt) {
      const seen = await look();
      if (seen !== undefined) return seen;
      await delay(200, undefined, { signal });
    }
    throw new Error(`${what} did not come within ${patienceMs / 1000} s`);
  };
  const press = (path: string): Promise<unknown> => fetch(`${world.deskUrl}${path}`, { method: 'POST' });
  const openAlerts = async () => {
    const { items } = await client.alerts.list({ state: 'open' });
    return items.filter(({ labels }) => labels['service'] === 'Shop front');
  };
  const delivered = async (alertId: string, event: string) => {
    const { items } = await client.deliveries.list({ alertId });
    return items.find(
      (delivery) =>
        delivery.channelKind === 'webhook' && delivery.event === event && delivery.state === 'delivered',
    );
  };

  say('\nThe outage, as Custos sees it:');
  const { status } = await client.overview.get();
  tell(`Custos says: ${status}. Nothing is broken yet.`);
  await delay(healthyMs, undefined, { signal });

  const brokenAt = Date.now();
  await press('/break/errors');
  tell('The shop now answers 500 to everything.');
  const alert = await until('an alert', async () => (await openAlerts())[0]);
  tell(`Alert opened: "${alert.summary}" (${alert.severity}).`);
  const page = await until('the page', () => delivered(alert.id, 'firing'));
  tell(
    `Page delivered to "${page.channelName}" ${page.latencyMs ?? 0} ms after the alert; the mail is on its way too.`,
  );
  tell(`Look at ${world.custosUrl}/alerts and at the inbox on ${world.deskUrl}`);
  await delay(Math.max(0, brokenAt + brokenMs - Date.now()), undefined, { signal });

  await press('/heal');
  tell('The shop is healed.');
  await until('the end', async () => ((await openAlerts()).length === 0 ? true : undefined));
  tell('Every alert of the shop is resolved.');
  await until('the all-clear', () => delivered(alert.id, 'resolved'));
  tell('The all-clear is delivered. Start to end, with nobody at the keyboard.');
}
