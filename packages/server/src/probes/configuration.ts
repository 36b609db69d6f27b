import type { Origin } from '@custos/contract';
import { CustosError, invalidInput, type FieldFault } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { refuse, type EditScope } from './edit.ts';
import { freshServiceState } from './model.ts';
import { createProbe, dropProbes, replaceProbe } from './probe-edits.ts';
import { dropServices } from './service-edits.ts';
import {
  deleteMaintenance,
  insertService,
  loadDefinitions,
  saveMaintenance,
  updateService,
} from './store.ts';
import type {
  ConfiguredMaintenance,
  ConfiguredProbe,
  ConfiguredService,
  MaintenanceDefinition,
  ProbeConfiguration,
  ServiceDefinition,
} from './types.ts';
import { cycleFaults, maintenanceFaults } from './validate.ts';

const origin: Origin = 'configuration';

/**
 * Makes State say what the configuration file says: adds, changes, and removes what is no longer written,
 * in one transaction. Everything is referred to by name. Faults are gathered and named by their paths,
 * such as `probes.2.options.url`; then nothing is changed.
 */
export async function applyConfiguration(scope: EditScope, written: ProbeConfiguration): Promise<void> {
  refuse([
    ...doubles(written.services, 'services'),
    ...doubles(written.probes, 'probes'),
    ...doubles(
      written.maintenance.map(({ title }) => ({ name: title })),
      'maintenance',
      'title',
    ),
  ]);
  await applyServices(scope, written.services);
  const afterServices = { ...scope, definitions: await loadDefinitions(scope.tx) };
  await applyProbes(afterServices, written.probes);
  await applyMaintenance({ ...scope, definitions: await loadDefinitions(scope.tx) }, written.maintenance);
}

function doubles(items: readonly { readonly name: string }[], list: string, field = 'name'): FieldFault[] {
  const seen = new Set<string>();
  return items.flatMap(({ name }, index) => {
    const again = seen.has(name);
    seen.add(name);
    return again ? [{ field: `${list}.${index}.${field}`, message: `"${name}" is used twice` }] : [];
  });
}

/** Resolves names to ids, naming those that lead nowhere. */
function resolve(
  names: readonly string[],
  ids: ReadonlyMap<string, string>,
  { field, what }: { readonly field: string; readonly what: string },
): { readonly ids: string[]; readonly faults: readonly FieldFault[] } {
  const faults = names.flatMap((name, index) =>
    ids.has(name) ? [] : [{ field: `${field}.${index}`, message: `there is no ${what} "${name}"` }],
  );
  return { ids: names.flatMap((name) => ids.get(name) ?? []), faults };
}

async function applyServices(scope: EditScope, written: readonly ConfiguredService[]): Promise<void> {
  const { tx, definitions, now } = scope;
  const byName = new Map(definitions.services.map((service) => [service.name, service]));
  const names = new Set(written.map((service) => service.name));
  const gone = definitions.services.filter(
    (service) => service.origin === origin && !names.has(service.name),
  );
  const goneIds = new Set(gone.map((service) => service.id));
  const ids = new Map(
    definitions.services.filter(({ id }) => !goneIds.has(id)).map((service) => [service.name, service.id]),
  );
  for (const { name } of written) if (!ids.has(name)) ids.set(name, newId('svc', now));

  const faults: FieldFault[] = [];
  const next = written.map((service, index): ServiceDefinition => {
    const before = byName.get(service.name);
    if (before !== undefined && before.origin !== origin) {
      faults.push({
        field: `services.${index}.name`,
        message: `a service of this name was made in the dashboard`,
      });
    }
    const field = `services.${index}.dependsOn`;
    const parents = resolve(service.dependsOn, ids, { field, what: 'service' });
    faults.push(...parents.faults);
    const id = ids.get(service.name) ?? '';
    return {
      ...service,
      dependsOn: parents.ids,
      id,
      origin,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
  });
  const kept = definitions.services.filter(({ id, name }) => !goneIds.has(id) && !names.has(name));
  faults.push(...cycleFaults([...kept, ...next], 'services'));
  refuse(faults);

  await dropServices(scope, gone);
  for (const service of next) {
    if (!byName.has(service.name)) await insertService(tx, service, freshServiceState(now));
    else await updateService(tx, service);
  }
}

async function applyProbes(scope: EditScope, written: readonly ConfiguredProbe[]): Promise<void> {
  const { definitions } = scope;
  const byName = new Map(definitions.probes.map((probe) => [probe.name, probe]));
  const services = new Map(definitions.services.map((service) => [service.name, service.id]));
  const wanted = new Map(written.map((probe) => [probe.name, probe]));
  // A probe whose kind has changed is another probe: its results and figures mean something else.
  const gone = definitions.probes.filter(
    (probe) => probe.origin === origin && wanted.get(probe.name)?.kind !== probe.kind,
  );
  await dropProbes(scope, gone);
  const goneIds = new Set(gone.map((probe) => probe.id));
  const rest = { ...definitions, probes: definitions.probes.filter(({ id }) => !goneIds.has(id)) };
  const inner = { ...scope, definitions: rest };

  const faults: FieldFault[] = [];
  for (const [index, { service, ...probe }] of written.entries()) {
    const prefix = `probes.${index}.`;
    const serviceId = service === null ? null : (services.get(service) ?? null);
    if (service !== null && serviceId === null) {
      faults.push({ field: `${prefix}service`, message: `there is no service "${service}"` });
    }
    const before = byName.get(probe.name);
    if (before !== undefined && before.origin !== origin) {
      faults.push({
        field: `${prefix}name`,
        message: 'a probe of this name was made in the dashboard or is built in',
      });
      continue;
    }
    const input = { ...probe, serviceId };
    try {
      if (before === undefined || goneIds.has(before.id)) await createProbe(inner, input, origin);
      else await replaceProbe(inner, before, input);
    } catch (error) {
      if (!(error instanceof CustosError) || error.fields.length === 0) throw error;
      faults.push(...error.fields.map(({ field, message }) => ({ field: `${prefix}${field}`, message })));
    }
  }
  if (faults.length > 0) throw invalidInput(faults);
}

async function applyMaintenance(scope: EditScope, written: readonly ConfiguredMaintenance[]): Promise<void> {
  const { tx, definitions, now } = scope;
  const services = new Map(definitions.services.map((service) => [service.name, service.id]));
  const probes = new Map(definitions.probes.map((probe) => [probe.name, probe.id]));
  const byTitle = new Map(definitions.maintenance.map((window) => [window.title, window]));
  const faults: FieldFault[] = [];
  const next = written.map(({ services: serviceNames, probes: probeNames, ...plan }, index) => {
    const prefix = `maintenance.${index}.`;
    const inServices = resolve(serviceNames, services, { field: `${prefix}services`, what: 'service' });
    const inProbes = resolve(probeNames, probes, { field: `${prefix}probes`, what: 'probe' });
    const before = byTitle.get(plan.title);
    if (before !== undefined && before.origin !== origin) {
      faults.push({ field: `${prefix}title`, message: 'a window of this title was made in the dashboard' });
    }
    const window: MaintenanceDefinition = {
      ...plan,
      serviceIds: inServices.ids,
      probeIds: inProbes.ids,
      id: before?.id ?? newId('mnt', now),
      origin,
      createdAt: before?.createdAt ?? now,
    };
    faults.push(...inServices.faults, ...inProbes.faults, ...maintenanceFaults(window, prefix));
    return window;
  });
  refuse(faults);
  const titles = new Set(written.map((window) => window.title));
  const gone = definitions.maintenance.filter(
    (window) => window.origin === origin && !titles.has(window.title),
  );
  await deleteMaintenance(
    tx,
    gone.map((window) => window.id),
  );
  for (const window of next) await saveMaintenance(tx, window, now);
}
