import { sql } from 'kysely';
import type { Status } from '@custos/contract';
import type { State, StateDb, StateTx } from '../storage/state/state.ts';
import type { ProbeState, ServiceState } from './model.ts';
import { packBuckets, unpackBuckets, type Uptime } from './rules/uptime.ts';
import {
  fromProbeStateRow,
  fromServiceStateRow,
  toDefinitionRow,
  toMaintenance,
  toPing,
  toProbe,
  toProbeStateRow,
  toService,
  toServiceStateRow,
  type ChangeRow,
  type ProbeTables,
} from './store-rows.ts';
import type { MaintenanceDefinition, PingState, ProbeDefinition, ServiceDefinition } from './types.ts';

const tables = (db: StateDb) => db.withTables<ProbeTables>();

/** All that is written down about what to watch. */
export interface Definitions {
  readonly revision: number;
  readonly probes: readonly ProbeDefinition[];
  readonly services: readonly ServiceDefinition[];
  readonly maintenance: readonly MaintenanceDefinition[];
}

export async function loadRevision(db: StateDb): Promise<number> {
  const row = await tables(db)
    .selectFrom('probe_counter')
    .select('value')
    .where('name', '=', 'revision')
    .executeTakeFirst();
  return row?.value ?? 0;
}

/** Reads the revision first: a change in between is then seen as one more change, never missed. */
export async function loadDefinitions(db: StateDb): Promise<Definitions> {
  const revision = await loadRevision(db);
  const read = tables(db);
  const probes = await read.selectFrom('probe').selectAll().execute();
  const services = await read.selectFrom('service').selectAll().execute();
  const windows = await read.selectFrom('maintenance_window').selectAll().execute();
  return {
    revision,
    probes: probes.map(toProbe),
    services: services.map(toService),
    maintenance: windows.map(toMaintenance),
  };
}

export async function loadProbeStates(db: StateDb): Promise<ReadonlyMap<string, ProbeState>> {
  const rows = await tables(db).selectFrom('probe_state').selectAll().execute();
  return new Map(rows.map((row) => [row.id, fromProbeStateRow(row)]));
}

export async function loadServiceStates(db: StateDb): Promise<ReadonlyMap<string, ServiceState>> {
  const rows = await tables(db).selectFrom('service_state').selectAll().execute();
  return new Map(rows.map((row) => [row.id, fromServiceStateRow(row)]));
}

export async function loadUptimes(db: StateDb): Promise<ReadonlyMap<string, Uptime>> {
  const rows = await tables(db).selectFrom('probe_uptime').selectAll().execute();
  return new Map(
    rows.map((row) => [row.owner_id, { hours: unpackBuckets(row.hours), days: unpackBuckets(row.days) }]),
  );
}

/**
 * Begins an edit of definitions: edits wait for one another, so that checks across them (names, cycles)
 * hold, and every node reads them again afterwards. The row lock does it on PostgreSQL; SQLite has one
 * writer anyway.
 */
export async function beginEdit(tx: StateTx): Promise<void> {
  await tables(tx)
    .updateTable('probe_counter')
    .set({ value: sql<number>`value + 1` })
    .where('name', '=', 'revision')
    .execute();
}

export interface NewProbe {
  readonly definition: ProbeDefinition;
  readonly state: ProbeState;
  readonly pingHash: string | null;
}

export async function insertProbe(tx: StateTx, { definition, state, pingHash }: NewProbe): Promise<void> {
  const write = tables(tx);
  await write
    .insertInto('probe')
    .values({ ...toDefinitionRow(definition), ping_hash: pingHash })
    .execute();
  await write.insertInto('probe_state').values(toProbeStateRow(definition.id, state)).execute();
}

export async function updateProbe(tx: StateTx, definition: ProbeDefinition): Promise<void> {
  const { id, ...row } = toDefinitionRow(definition);
  await tables(tx).updateTable('probe').set(row).where('id', '=', id).execute();
}

export async function deleteProbes(tx: StateTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tables(tx).deleteFrom('probe').where('id', 'in', ids).execute();
  await tables(tx).deleteFrom('probe_uptime').where('owner_id', 'in', ids).execute();
}

export async function insertService(
  tx: StateTx,
  definition: ServiceDefinition,
  state: ServiceState,
): Promise<void> {
  await tables(tx).insertInto('service').values(toDefinitionRow(definition)).execute();
  await tables(tx).insertInto('service_state').values(toServiceStateRow(definition.id, state)).execute();
}

export async function updateService(tx: StateTx, definition: ServiceDefinition): Promise<void> {
  const { id, ...row } = toDefinitionRow(definition);
  await tables(tx).updateTable('service').set(row).where('id', '=', id).execute();
}

export async function deleteServices(tx: StateTx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tables(tx).deleteFrom('service').where('id', 'in', ids).execute();
  await tables(tx).deleteFrom('probe_uptime').where('owner_id', 'in', ids).execute();
}

/** Writes a window, new or changed. */
export async function saveMaintenance(
  tx: StateTx,
  definition: MaintenanceDefinition,
  now: number,
): Promise<void> {
  const { title, ...rest } = definition;
  const row = toDefinitionRow({ ...rest, name: title, updatedAt: now });
  await tables(tx)
    .insertInto('maintenance_window')
    .values(row)
    .onConflict((taken) =>
      taken.column('id').doUpdateSet({ name: row.name, definition: row.definition, updated_at: now }),
    )
    .execute();
}

/** Takes probes and services that go out of every window. */
export async function leaveMaintenance(tx: StateTx, gone: ReadonlySet<string>, now: number): Promise<void> {
  const rows = await tables(tx).selectFrom('maintenance_window').selectAll().execute();
  for (const window of rows.map(toMaintenance)) {
    const probeIds = window.probeIds.filter((id) => !gone.has(id));
    const serviceIds = window.serviceIds.filter((id) => !gone.has(id));
    const left = probeIds.length + serviceIds.length;
    if (left === window.probeIds.length + window.serviceIds.length) continue;
    await saveMaintenance(tx, { ...window, probeIds, serviceIds }, now);
  }
}

export async function deleteMaintenance(tx: StateTx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tables(tx).deleteFrom('maintenance_window').where('id', 'in', ids).execute();
}

/** Returns false when the probe has been deleted meanwhile. */
export async function saveProbeState(tx: StateTx, id: string, state: ProbeState): Promise<boolean> {
  const { id: _, ...row } = toProbeStateRow(id, state);
  const result = await tables(tx).updateTable('probe_state').set(row).where('id', '=', id).executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function saveServiceState(tx: StateTx, id: string, state: ServiceState): Promise<void> {
  const { id: _, ...row } = toServiceStateRow(id, state);
  await tables(tx).updateTable('service_state').set(row).where('id', '=', id).execute();
}

export async function saveUptime(tx: StateTx, ownerId: string, uptime: Uptime): Promise<void> {
  const packed = { hours: packBuckets(uptime.hours), days: packBuckets(uptime.days) };
  await tables(tx)
    .insertInto('probe_uptime')
    .values({ owner_id: ownerId, ...packed })
    .onConflict((taken) => taken.column('owner_id').doUpdateSet(packed))
    .execute();
}

export interface NewChange {
  readonly id: string;
  readonly probeId: string;
  readonly at: number;
  readonly from: Status;
  readonly to: Status;
  readonly reason: string;
}

export async function insertChange(tx: StateTx, change: NewChange): Promise<void> {
  const write = tables(tx);
  await write
    .updateTable('probe_status_change')
    .set({ ended_at: change.at })
    .where('probe_id', '=', change.probeId)
    .where('ended_at', 'is', null)
    .execute();
  await write
    .insertInto('probe_status_change')
    .values({
      id: change.id,
      probe_id: change.probeId,
      at: change.at,
      from_status: change.from,
      to_status: change.to,
      reason: change.reason,
      ended_at: null,
    })
    .execute();
}

/** Newest first; `before` is the id of the last one of the page before. */
export async function listChanges(
  db: StateDb,
  probeId: string,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<readonly ChangeRow[]> {
  let query = tables(db).selectFrom('probe_status_change').selectAll().where('probe_id', '=', probeId);
  if (before !== undefined) query = query.where('id', '<', before);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Drops changes that ended before `before`. */
export async function pruneChanges(tx: StateTx, before: number): Promise<void> {
  await tables(tx).deleteFrom('probe_status_change').where('ended_at', '<', before).execute();
}

export async function findProbeByPing(db: StateDb, pingHash: string): Promise<string | undefined> {
  const row = await tables(db)
    .selectFrom('probe')
    .select('id')
    .where('ping_hash', '=', pingHash)
    .executeTakeFirst();
  return row?.id;
}

export async function loadPing(db: StateDb, probeId: string): Promise<PingState | undefined> {
  const row = await tables(db)
    .selectFrom('probe_ping')
    .selectAll()
    .where('probe_id', '=', probeId)
    .executeTakeFirst();
  return row === undefined ? undefined : toPing(row);
}

/** Reads a probe's calls, made if there are none, and keeps others from changing them until `tx` ends. */
export async function lockPing(tx: StateTx, probeId: string): Promise<PingState> {
  const row = await tables(tx)
    .insertInto('probe_ping')
    .values({
      probe_id: probeId,
      note: '',
      last_start_at: null,
      last_finish_at: null,
      last_fail_at: null,
      duration_ms: null,
      exit_code: null,
    })
    .onConflict((taken) => taken.column('probe_id').doUpdateSet({ note: sql<string>`probe_ping.note` }))
    .returningAll()
    .executeTakeFirstOrThrow();
  return toPing(row);
}

export async function savePing(tx: StateTx, probeId: string, ping: PingState): Promise<void> {
  const row = {
    last_start_at: ping.lastStartAt,
    last_finish_at: ping.lastFinishAt,
    last_fail_at: ping.lastFailAt,
    duration_ms: ping.durationMs,
    exit_code: ping.exitCode,
    note: ping.note,
  };
  await tables(tx).updateTable('probe_ping').set(row).where('probe_id', '=', probeId).execute();
}

/** Counts a start of Custos on this store; returns how many there were before. */
export async function countStart(state: State): Promise<number> {
  return state.transaction(async (tx) => {
    const row = await tables(tx)
      .updateTable('probe_counter')
      .set({ value: sql<number>`value + 1` })
      .where('name', '=', 'starts')
      .returning('value')
      .executeTakeFirst();
    return (row?.value ?? 1) - 1;
  });
}
