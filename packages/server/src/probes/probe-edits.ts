import type { Origin, ProbeInput, ProbePatch } from '@custos/contract';
import { conflict, notFound, readOnly, type FieldFault } from '../base/errors.ts';
import { newId, randomToken } from '../base/ids.ts';
import { refuse, type EditScope } from './edit.ts';
import { probeKinds } from './kinds/list.ts';
import { freshProbeState } from './model.ts';
import { hashPingToken } from './ping-token.ts';
import { openSecrets, removeSecrets, savePingToken, saveSecrets } from './probe-secrets.ts';
import { deleteProbes, insertProbe, leaveMaintenance, updateProbe } from './store.ts';
import type { ProbeDefinition } from './types.ts';
import { mergeOptions, parseOptions, streakFaults } from './validate.ts';

type Definitions = EditScope['definitions'];

function nameFaults(
  name: string,
  definitions: Definitions,
  about: { id?: string; prefix?: string },
): FieldFault[] {
  const taken = definitions.probes.some((probe) => probe.name === name && probe.id !== about.id);
  return taken
    ? [{ field: `${about.prefix ?? ''}name`, message: `"${name}" is the name of another probe` }]
    : [];
}

function serviceFaults(serviceId: string | null, definitions: Definitions): FieldFault[] {
  if (serviceId === null || definitions.services.some((service) => service.id === serviceId)) return [];
  return [{ field: 'serviceId', message: `there is no service "${serviceId}"` }];
}

/** Everything that is wrong with a probe as it would become. */
function settingFaults(probe: ProbeInput, definitions: Definitions, id?: string): FieldFault[] {
  return [
    ...(id === undefined
      ? nameFaults(probe.name, definitions, {})
      : nameFaults(probe.name, definitions, { id })),
    ...serviceFaults(probe.serviceId, definitions),
    ...streakFaults(probe, ''),
  ];
}

/** Makes a probe and returns its id. Raises `invalid_input` naming each field at fault. */
export async function createProbe(
  scope: EditScope,
  input: ProbeInput,
  origin: Origin = 'dashboard',
): Promise<string> {
  const { tx, definitions, now, secrets } = scope;
  const kind = probeKinds[input.kind];
  const parsed = parseOptions(kind, mergeOptions({}, input.options), 'options');
  refuse([...settingFaults(input, definitions), ...parsed.faults]);
  const id = newId('prb', now);
  const definition: ProbeDefinition = {
    ...input,
    id,
    options: { ...parsed.open },
    secretNames: Object.keys(parsed.secrets),
    origin,
    createdAt: now,
    updatedAt: now,
  };
  const token = input.kind === 'heartbeat' ? randomToken(24) : null;
  const pingHash = token === null ? null : hashPingToken(token);
  await insertProbe(tx, { definition, state: freshProbeState(now), pingHash });
  await saveSecrets(secrets, { id, before: {}, after: parsed.secrets }, tx);
  if (token !== null) await savePingToken(secrets, { id, token }, tx);
  return id;
}

function mine(scope: EditScope, id: string): ProbeDefinition {
  const probe = scope.definitions.probes.find((candidate) => candidate.id === id);
  if (probe === undefined) throw notFound('probe', id);
  return probe;
}

/** Writes a probe as it is to become, secrets included; `options` are complete. */
export async function replaceProbe(
  scope: EditScope,
  before: ProbeDefinition,
  after: ProbeInput,
): Promise<void> {
  const { tx, definitions, now, secrets } = scope;
  const opened = await openSecrets(secrets, before, tx);
  const parsed = parseOptions(probeKinds[before.kind], after.options, 'options');
  refuse([...settingFaults(after, definitions, before.id), ...parsed.faults]);
  const next: ProbeDefinition = {
    ...before,
    ...after,
    kind: before.kind,
    options: { ...parsed.open },
    secretNames: Object.keys(parsed.secrets),
    updatedAt: now,
  };
  const same = JSON.stringify({ ...next, updatedAt: before.updatedAt }) === JSON.stringify(before);
  const sameSecrets = JSON.stringify(parsed.secrets) === JSON.stringify(opened);
  // What is written again as it is, as at every start with a configuration file, is no change.
  if (same && sameSecrets) return;
  await updateProbe(tx, next);
  await saveSecrets(secrets, { id: before.id, before: opened, after: parsed.secrets }, tx);
}

/** Drops what is undefined, so that a field that is left out stays. */
function given<Fields extends object>(fields: Fields): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}

/** Changes a probe; its kind stays what it is. */
export async function patchProbe(scope: EditScope, id: string, patch: ProbePatch): Promise<void> {
  const before = mine(scope, id);
  if (before.origin === 'configuration') throw readOnly('probe');
  const opened = await openSecrets(scope.secrets, before, scope.tx);
  const { options, ...rest } = patch;
  const merged = mergeOptions({ ...before.options, ...opened }, options ?? {});
  await replaceProbe(scope, before, { ...before, ...given(rest), options: { ...merged } } as ProbeInput);
}

/** Deletes a probe with its secrets and its place in windows. */
export async function removeProbe(scope: EditScope, id: string): Promise<void> {
  const probe = mine(scope, id);
  if (probe.origin === 'configuration') throw readOnly('probe');
  if (probe.origin === 'built-in') {
    throw conflict('A built-in probe cannot be deleted; it can be paused.');
  }
  await dropProbes(scope, [probe]);
}

export async function dropProbes(scope: EditScope, probes: readonly ProbeDefinition[]): Promise<void> {
  if (probes.length === 0) return;
  const { tx, now, secrets, observer } = scope;
  const ids = probes.map((probe) => probe.id);
  await deleteProbes(tx, ids);
  for (const probe of probes) await removeSecrets(secrets, probe, tx);
  await leaveMaintenance(tx, new Set(ids), now);
  scope.afterCommit(await observer.forget(tx, ids));
}
