import type { Client } from '@custos/client';
import type { UnreliableReceivers } from './unreliable-receivers.ts';

/**
 * Watches services every second and tells of them by webhook and mail. One rule is left, which pages for a
 * probe that is down, so that every page has one cause. Returns the ids of the probes.
 */
export async function watchShops(
  client: Client,
  { receivers, urls }: { readonly receivers: UnreliableReceivers; readonly urls: readonly string[] },
): Promise<string[]> {
  for (const rule of (await client.rules.list({ limit: 100 })).items) {
    if (rule.name !== 'Probe down') await client.rules.update(rule.id, { enabled: false });
  }
  await client.channels.create({ name: 'Hook', kind: 'webhook', options: { url: receivers.url } });
  await client.channels.create({
    name: 'Mail',
    kind: 'email',
    options: {
      host: '127.0.0.1',
      port: receivers.mailPort,
      security: 'none',
      from: 'custos@example.com',
      to: ['oncall@example.com'],
    },
  });
  const ids: string[] = [];
  for (const [index, url] of urls.entries()) {
    const { id } = await client.probes.create({
      name: `Shop ${index}`,
      kind: 'http',
      intervalMs: 1000,
      timeoutMs: 800,
      options: { url },
    });
    ids.push(id);
  }
  return ids;
}
