import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from '../../packages/client/src/index.ts';
import { browserFetch, eventually } from '../../packages/server/test/serve.ts';
import type { World } from './world.ts';

const healthyMs = 10_000;
const brokenMs = 25_000;

export interface OutageRequest {
  readonly world: Pick<World, 'custosUrl' | 'deskUrl' | 'account'>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Signs in as the demo's account, the way a browser does. */
export async function signIn({ custosUrl, account }: OutageRequest['world']): Promise<Client> {
  const client = createClient({ baseUrl: custosUrl, fetch: browserFetch() });
  await client.session.signIn({ email: account.email, password: account.password });
  return client;
}

/**
 * An outage from start to end, told as it happens from what Custos itself answers: healthy for ten
 * seconds, errors for twenty-five, then healed.
 */
export async function runOutage({ world, say, signal }: OutageRequest): Promise<void> {
  const client = await signIn(world);
  const startedAt = Date.now();
  const tell = (what: string): void => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
    say(`  ${seconds} s  ${what}`);
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
  const alert = await eventually(async () => (await openAlerts())[0], { timeoutMs: brokenMs, what: 'an alert' });
  tell(`Alert opened: "${alert.summary}" (${alert.severity}).`);
  const page = await eventually(() => delivered(alert.id, 'firing'), { what: 'the page' });
  tell(`Page delivered to "${page.channelName}" ${page.latencyMs ?? 0} ms after the alert; the mail is on its way too.`);
  tell(`Look at ${world.custosUrl}/alerts and at the inbox on ${world.deskUrl}`);
  await delay(Math.max(0, brokenAt + brokenMs - Date.now()), undefined, { signal });

  await press('/heal');
  tell('The shop is healed.');
  await eventually(async () => (await openAlerts()).length === 0, { timeoutMs: 30_000, what: 'the end' });
  tell('Every alert of the shop is resolved.');
  await eventually(() => delivered(alert.id, 'resolved'), { what: 'the all-clear' });
  tell('The all-clear is delivered. Start to end, with nobody at the keyboard.');
}
