import { templateFault } from '../alerting/template.ts';
import { CustosError, type FieldFault } from '../base/errors.ts';
import { channelKinds } from '../notify/kinds.ts';
import { parseOptions as parseChannelOptions } from '../notify/options.ts';
import { probeKinds } from '../probes/kinds/list.ts';
import { findCycle } from '../probes/rules/dependencies.ts';
import { maintenanceFaults, parseOptions as parseProbeOptions, streakFaults } from '../probes/validate.ts';
import type { Configuration } from './config.ts';
import type { Finding } from './findings.ts';

/**
 * What the schema of the file cannot say about its definitions: options against their kind, circles,
 * windows and templates. All that can be told without a store is told here, so that `custos check` knows
 * before a start does.
 */
export function definitionFindings(options: Configuration): Finding[] {
  return [
    ...circleFaults(options),
    ...options.probes.flatMap((probe, index): readonly FieldFault[] => [
      ...parseProbeOptions(probeKinds[probe.kind], probe.options, `probes.${index}.options`).faults,
      ...streakFaults(probe, `probes.${index}.`),
    ]),
    ...options.channels.flatMap((channel, index) =>
      faultsIn(() =>
        parseChannelOptions(channelKinds[channel.kind], channel.options, `channels.${index}.options`),
      ),
    ),
    ...options.maintenance.flatMap(({ services, probes, ...window }, index) =>
      maintenanceFaults({ ...window, serviceIds: services, probeIds: probes }, `maintenance.${index}.`).map(
        ({ field, message }) => ({ field: field.replace(/serviceIds$/, 'services'), message }),
      ),
    ),
    ...options.rules.flatMap((rule, index) =>
      (['summary', 'description'] as const).flatMap((name): FieldFault[] => {
        const text = rule.annotations[name];
        const fault = text === undefined ? undefined : templateFault(text);
        return fault === undefined
          ? []
          : [{ field: `rules.${index}.annotations.${name}`, message: `is not a valid template: ${fault}` }];
      }),
    ),
  ].map(findingOf);
}

/** A fault of a domain, `probes.2.options.url`, in the words of the file, `probes[2].options.url`. */
export function findingOf({ field, message }: FieldFault): Finding {
  return { path: field.replaceAll(/\.(\d+)(?=\.|$)/g, '[$1]'), value: '', message };
}

function circleFaults({ services }: Configuration): FieldFault[] {
  const cycle = findCycle(services.map(({ name, dependsOn }) => ({ id: name, dependsOn })));
  if (cycle === undefined) return [];
  return [{ field: 'services', message: `must not go in a circle: ${cycle.join(' → ')}` }];
}

function faultsIn(work: () => unknown): readonly FieldFault[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof CustosError) return error.fields;
    throw error;
  }
}
