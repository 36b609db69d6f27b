import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver, startShop } from '../packages/server/test/receivers.ts';
import { discard, eventually, serve, setUp } from '../packages/server/test/serve.ts';
import { quantile, type Figure } from './figure.ts';

const rounds = 40;

/**
 * From the second failed answer of a service to the page at the receiver, with 1 s probes: the time in
 * which Custos notices, decides, records and tells.
 */
export async function run(): Promise<readonly Figure[]> {
  const [shop, hook] = await Promise.all([startShop(), startReceiver()]);
  const served = await serve({
    // Every failure is one firing here; being held back as flapping would measure something else.
    config: { flapping: { firings: 100_000 } },
  });
  const client = await setUp(served);
  await client.channels.create({ name: 'Hook', kind: 'webhook', options: { url: hook.url } });
  const probe = await client.probes.create({
    name: 'Shop',
    kind: 'http',
    intervalMs: 1000,
    timeoutMs: 500,
    options: { url: shop.url },
  });
  const isUp = async () => (await client.probes.get(probe.id)).status === 'up';
  await eventually(isUp);

  const latencies: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const already = hook.received.length;
    shop.answer(500);
    const failures = await eventually(() => shop.failedAt.length >= 2 && shop.failedAt, { everyMs: 5 });
    const page = await eventually(() => hook.received[already], { everyMs: 5 });
    latencies.push(page.at - (failures[1] ?? 0));
    shop.answer(200);
    await eventually(() => hook.received[already + 1], { everyMs: 20 });

    const before = performance.now();
    await fetch(hook.url, { method: 'POST', body: page.body });
    bare.push(performance.now() - before);
    await delay(50);
  }
  await served.stop();
  await discard(served);
  await Promise.all([hook.close(), shop.kill()]);
  const name = 'bare HTTP post of the same body';
  const figure = (share: number): number => quantile(latencies, share);
  return [
    { figure: 'p50-ms', value: figure(0.5), unit: 'ms', baseline: { name, value: quantile(bare, 0.5) } },
    { figure: 'p99-ms', value: figure(0.99), unit: 'ms', baseline: { name, value: quantile(bare, 0.99) } },
  ];
}
