import type { Origin, ServiceInput, ServicePatch } from '@custos/contract';
import { conflict, notFound, readOnly, type FieldFault } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { refuse, type EditScope } from './edit.ts';
import { freshServiceState } from './model.ts';
import { deleteServices, insertService, leaveMaintenance, updateProbe, updateService } from './store.ts';
import type { ServiceDefinition } from './types.ts';
import { cycleFaults, unknownIds } from './validate.ts';

function faults(scope: EditScope, service: ServiceDefinition): readonly FieldFault[] {
  const others = scope.definitions.services.filter((other) => other.id !== service.id);
  const known = new Set([...others.map((other) => other.id), service.id]);
  const taken = others.some((other) => other.name === service.name);
  return [
    ...(taken ? [{ field: 'name', message: `"${service.name}" is the name of another service` }] : []),
    ...unknownIds(service.dependsOn, known, { field: 'dependsOn', what: 'service' }),
    ...cycleFaults([...others, service], 'dependsOn'),
  ];
}

/** Makes a service and returns its id. */
export async function createService(
  scope: EditScope,
  input: ServiceInput,
  origin: Origin = 'dashboard',
): Promise<string> {
  const { tx, now } = scope;
  const service = { ...input, id: newId('svc', now), origin, createdAt: now, updatedAt: now };
  refuse(faults(scope, service));
  await insertService(tx, service, freshServiceState(now));
  return service.id;
}

function editable(scope: EditScope, id: string): ServiceDefinition {
  const service = scope.definitions.services.find((candidate) => candidate.id === id);
  if (service === undefined) throw notFound('service', id);
  if (service.origin === 'configuration') throw readOnly('service');
  return service;
}

export async function patchService(scope: EditScope, id: string, patch: ServicePatch): Promise<void> {
  const before = editable(scope, id);
  const changes = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const service: ServiceDefinition = { ...before, ...changes, updatedAt: scope.now };
  refuse(faults(scope, service));
  await updateService(scope.tx, service);
}

/** Deletes a service. Its probes stay, without one; what the configuration file says of it must go first. */
export async function removeService(scope: EditScope, id: string): Promise<void> {
  const service = editable(scope, id);
  const { probes, services } = scope.definitions;
  const written =
    probes.some((probe) => probe.origin === 'configuration' && probe.serviceId === id) ||
    services.some((other) => other.origin === 'configuration' && other.dependsOn.includes(id));
  if (written) throw conflict(`The configuration file refers to "${service.name}"; change it there first.`);
  await dropServices(scope, [service]);
}

/** Deletes services and takes them out of probes, dependencies and windows. */
export async function dropServices(scope: EditScope, gone: readonly ServiceDefinition[]): Promise<void> {
  if (gone.length === 0) return;
  const { tx, definitions, now } = scope;
  const ids = new Set(gone.map((service) => service.id));
  for (const probe of definitions.probes) {
    if (probe.serviceId === null || !ids.has(probe.serviceId)) continue;
    await updateProbe(tx, { ...probe, serviceId: null, updatedAt: now });
  }
  for (const service of definitions.services) {
    const dependsOn = service.dependsOn.filter((id) => !ids.has(id));
    if (ids.has(service.id) || dependsOn.length === service.dependsOn.length) continue;
    await updateService(tx, { ...service, dependsOn, updatedAt: now });
  }
  await leaveMaintenance(tx, ids, now);
  await deleteServices(tx, [...ids]);
}
