import type { Options } from '../../packages/server/src/app/options.ts';
import { openStores } from '../../packages/server/src/app/stores.ts';
import { systemClock } from '../../packages/server/src/base/clock.ts';
import { newId } from '../../packages/server/src/base/ids.ts';
import { silentLogger } from '../../packages/server/src/base/logger.ts';
import type { ServiceState } from '../../packages/server/src/probes/model.ts';
import {
  addHour,
  countInto,
  noUptime,
  type Bucket,
  type Counted,
  type Uptime,
} from '../../packages/server/src/probes/rules/uptime.ts';
import {
  insertChange,
  loadDefinitions,
  lockPing,
  savePing,
  saveProbeState,
  saveServiceState,
  saveUptime,
  type Definitions,
} from '../../packages/server/src/probes/store.ts';
import type { ProbeTables } from '../../packages/server/src/probes/store-rows.ts';
import type { ProbeDefinition, ServiceDefinition } from '../../packages/server/src/probes/types.ts';
import type { StateTx } from '../../packages/server/src/storage/state/state.ts';
import { readMachine } from './machine.ts';
import { createPast, habits, pastDays } from './past.ts';
import { seedAlerts } from './seed-alerts.ts';
import { seedColumns, type PastOfProbe } from './seed-columns.ts';
import { dayMs, minuteMs, type Trouble } from './troubles.ts';

/** A probe of the demo with everything that it saw. */
interface Past extends PastOfProbe {
  readonly definition: ProbeDefinition;
  readonly troubles: readonly Trouble[];
}

/** Ticks of a heartbeat bar. */
const shownBeats = 60;

interface Counters {
  readonly uptime: Uptime;
  readonly running: Bucket | null;
}

function count(steps: Iterable<{ at: number; as: Counted; amount: number }>): Counters {
  let uptime = noUptime;
  let running: Bucket | null = null;
  for (const { at, as, amount } of steps) {
    const counted = countInto(running, at, { as, amount });
    running = counted.running;
    if (counted.finished !== null) uptime = addHour(uptime, counted.finished);
  }
  return { uptime, running };
}

/**
 * Gives a data directory ninety days of past: counters, changes of status, alerts with their deliveries
 * and an account of age in State, in one transaction, and results in columns. Custos must have been started
 * on it once, so that everything that is watched has an id, and must not run.
 */
export async function seed(options: Options, now: number): Promise<void> {
  const log = silentLogger;
  const { state } = await openStores(options, { clock: systemClock, log });
  try {
    const definitions = await loadDefinitions(state.read);
    const past = createPast(now, readMachine());
    const pasts = pastsOf(definitions, past);
    await seedColumns({ options, pasts, now, log });
    await state.transaction(async (tx) => {
      await removeFirstStart(tx);
      for (const past of pasts) await seedProbe(tx, past, now);
      for (const service of definitions.services) await seedService(tx, service, { pasts, now });
      await backdate(tx, now);
      await seedAlerts(tx, { definitions, troubles: past.troubles });
    });
  } finally {
    await state.close();
  }
}

function pastsOf(definitions: Definitions, past: ReturnType<typeof createPast>): Past[] {
  return habits.flatMap((habit) => {
    const definition = definitions.probes.find(({ name }) => name === habit.name);
    if (definition === undefined) return [];
    const troubles = past.troubles.filter(({ probe }) => probe === habit.name);
    return [{ definition, probeId: definition.id, checks: past.checks(habit), troubles }];
  });
}

/** The first start made ids and a few seconds of past, which would stand out. */
async function removeFirstStart(tx: StateTx): Promise<void> {
  const write = tx.withTables<ProbeTables>();
  await write.deleteFrom('probe_status_change').execute();
  await write.deleteFrom('probe_uptime').execute();
}

async function backdate(tx: StateTx, now: number): Promise<void> {
  const write = tx.withTables<ProbeTables>();
  const created_at = now - pastDays * dayMs;
  await write.updateTable('probe').set({ created_at }).execute();
  await write.updateTable('service').set({ created_at }).execute();
}

async function seedProbe(tx: StateTx, { definition, checks, troubles }: Past, now: number): Promise<void> {
  const { id } = definition;
  const last = checks.at(-1);
  const first = checks[0];
  if (last === undefined || first === undefined) return;
  // A minute of the past counts as much as a minute of checks does now.
  const amount = Math.max(1, Math.round(minuteMs / definition.intervalMs));
  const { uptime, running } = count(checks.map(({ at, status }) => ({ at, as: status, amount })));
  await saveUptime(tx, id, uptime);
  await saveProbeState(tx, id, {
    status: 'up',
    statusSince: troubles.at(-1)?.to ?? first.at,
    reason: last.message,
    streak: { recent: ['up', 'up'], inconclusive: 0, condition: 'up' },
    message: last.message,
    last: { probeId: id, ...last },
    beats: checks.slice(-shownBeats).map(({ at, status, latencyMs }) => ({ at, status, latencyMs })),
    hour: running,
  });

  const change = (
    at: number,
    change: { from: 'up' | 'unknown' | StatusOf; to: 'up' | StatusOf; reason: string },
  ) => insertChange(tx, { id: newId('chg', at), probeId: id, at, ...change });
  await change(first.at, { from: 'unknown', to: 'up', reason: first.message });
  let before: 'up' | StatusOf = 'up';
  for (const [index, trouble] of troubles.entries()) {
    const to = statusOf(trouble);
    await change(trouble.from, { from: before, to, reason: trouble.message });
    before = to;
    // The next trouble may begin where this one ends.
    if (troubles[index + 1]?.from === trouble.to) continue;
    await change(trouble.to, { from: before, to: 'up', reason: last.message });
    before = 'up';
  }

  if (definition.kind === 'heartbeat') {
    await lockPing(tx, id);
    const called = { lastStartAt: now - 400, lastFinishAt: now, lastFailAt: null };
    await savePing(tx, id, { ...called, durationMs: 400, exitCode: 0, note: '' });
  }
}

type StatusOf = 'down' | 'degraded' | 'blocked';
const statusOf = ({ status, blocked }: Trouble): StatusOf => (blocked === true ? 'blocked' : status);

const worseFirst = ['down', 'degraded', 'up'] as const;

/** A service counts time, and is as bad as its worst probe. */
async function seedService(
  tx: StateTx,
  { id }: ServiceDefinition,
  { pasts, now }: { pasts: readonly Past[]; now: number },
): Promise<void> {
  const members = pasts.filter(({ definition }) => definition.serviceId === id);
  const [first] = members;
  if (first === undefined) return;
  const { uptime, running } = count(
    first.checks.map(({ at }, index) => ({
      at,
      as: worseFirst.find((status) => members.some(({ checks }) => checks[index]?.status === status)) ?? 'up',
      amount: minuteMs,
    })),
  );
  const ends = members.flatMap(({ troubles }) => troubles.map(({ to }) => to));
  const state: ServiceState = {
    status: 'up',
    statusSince: Math.max(first.checks[0]?.at ?? now, ...ends),
    reason: '',
    hour: running,
    countedUntil: now,
  };
  await saveServiceState(tx, id, state);
  await saveUptime(tx, id, uptime);
}
