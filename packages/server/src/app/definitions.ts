import { ruleInput, type RuleInput } from '@custos/contract';
import type { Configuration } from './config.ts';
import { ConfigurationError } from './findings.ts';
import type { Wired } from './wiring.ts';

type Names = ReadonlyMap<string, string>;

/** Finds the ids of names; a name that nothing has is a finding at `path`. */
function idsOf(names: readonly string[], known: Names, path: string): string[] {
  return names.map((name) => {
    const id = known.get(name);
    if (id !== undefined) return id;
    throw new ConfigurationError('configuration', [
      { path, value: JSON.stringify(name), message: 'there is nothing of that name' },
    ]);
  });
}

const byName = (items: readonly { id: string; name: string }[]): Names =>
  new Map(items.map(({ id, name }) => [name, id]));

/**
 * Makes what is written in the configuration file so: channels, services, probes, maintenance windows and
 * rules, in the order in which they refer to each other. What is no longer written goes.
 */
export async function applyDefinitions(
  options: Configuration,
  { notify, probes, alerting }: Pick<Wired, 'notify' | 'probes' | 'alerting'>,
): Promise<void> {
  await notify.channels.applyConfiguration(
    options.channels.map(({ fallback, ...channel }) => ({
      ...channel,
      ...(fallback !== undefined && { fallback }),
    })),
  );
  const channels = byName(await notify.channels.list());

  const { services, maintenance } = options;
  await probes.applyConfiguration({
    services,
    maintenance,
    probes: options.probes.map(({ channels: names, service, ...probe }, index) => ({
      ...probe,
      service: service ?? null,
      channelIds: idsOf(names, channels, `probes[${index}].channels`),
    })),
  });
  const known = {
    services: byName(await probes.overviewServices()),
    probes: byName(await probes.overviewRows()),
  };

  const rules = options.rules.map(({ selector, channels: names, ...rule }, index): RuleInput => {
    const { services: ofServices, probes: ofProbes, ...rest } = selector;
    const path = `rules[${index}]`;
    return ruleInput.parse({
      ...rule,
      channelIds: idsOf(names, channels, `${path}.channels`),
      selector: {
        ...rest,
        serviceIds: idsOf(ofServices, known.services, `${path}.selector.services`),
        probeIds: idsOf(ofProbes, known.probes, `${path}.selector.probes`),
      },
    });
  });
  await alerting.rules.applyConfiguration(rules);
}
