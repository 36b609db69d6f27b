import type { MaintenanceInput, Origin } from '@custos/contract';
import { notFound, readOnly } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { refuse, type EditScope } from './edit.ts';
import { deleteMaintenance, saveMaintenance } from './store.ts';
import type { MaintenanceDefinition } from './types.ts';
import { maintenanceFaults, unknownIds } from './validate.ts';

function check({ definitions }: EditScope, plan: MaintenanceInput, id?: string): void {
  const taken = definitions.maintenance.some((other) => other.title === plan.title && other.id !== id);
  refuse([
    ...(taken ? [{ field: 'title', message: `"${plan.title}" is the title of another window` }] : []),
    ...maintenanceFaults(plan, ''),
    ...unknownIds(plan.serviceIds, new Set(definitions.services.map((service) => service.id)), {
      field: 'serviceIds',
      what: 'service',
    }),
    ...unknownIds(plan.probeIds, new Set(definitions.probes.map((probe) => probe.id)), {
      field: 'probeIds',
      what: 'probe',
    }),
  ]);
}

/** Plans a window and returns its id. */
export async function createMaintenance(
  scope: EditScope,
  input: MaintenanceInput,
  origin: Origin = 'dashboard',
): Promise<string> {
  check(scope, input);
  const id = newId('mnt', scope.now);
  await saveMaintenance(scope.tx, { ...input, id, origin, createdAt: scope.now }, scope.now);
  return id;
}

function editable(scope: EditScope, id: string): MaintenanceDefinition {
  const window = scope.definitions.maintenance.find((candidate) => candidate.id === id);
  if (window === undefined) throw notFound('maintenance window', id);
  if (window.origin === 'configuration') throw readOnly('maintenance window');
  return window;
}

export async function replaceMaintenance(
  scope: EditScope,
  id: string,
  input: MaintenanceInput,
): Promise<void> {
  const before = editable(scope, id);
  check(scope, input, id);
  await saveMaintenance(scope.tx, { ...before, ...input }, scope.now);
}

export async function removeMaintenance(scope: EditScope, id: string): Promise<void> {
  await deleteMaintenance(scope.tx, [editable(scope, id).id]);
}
