import { newId } from '../base/ids.ts';
import type { Board } from './board.ts';
import { factsOf } from './facts.ts';
import type { ProbeEntry, ProbeState, ServiceEntry, ServiceState } from './model.ts';
import { applyResult } from './rules/apply-result.ts';
import { assess, type Assessment } from './rules/assess.ts';
import { accrue } from './rules/service-time.ts';
import { freshStreak } from './rules/streak.ts';
import { addHour, type Uptime } from './rules/uptime.ts';
import type { NewChange } from './store.ts';
import type { ProbeFacts, ResultRow } from './types.ts';

/** A result on its way into State. */
export interface PendingResult {
  readonly row: ResultRow;
  readonly decisive: boolean;
}

interface Next<StateOf> {
  readonly id: string;
  readonly state: StateOf;
  /** Present when an hour has ended. */
  readonly uptime: Uptime | undefined;
}

/** Everything that one transaction changes. */
export interface Batch {
  readonly probes: readonly Next<ProbeState>[];
  readonly services: readonly Next<ServiceState>[];
  readonly changes: readonly NewChange[];
  readonly facts: readonly ProbeFacts[];
  readonly rows: readonly ResultRow[];
}

export interface BatchInput {
  /** At most one for each probe. */
  readonly results: readonly PendingResult[];
  readonly now: number;
  /** Whether to write down the time that services have spent as they are. */
  readonly countServices: boolean;
}

/** Works out what results and the present definitions change, without changing anything. */
export function planBatch(board: Board, { results, now, countServices }: BatchInput): Batch {
  const moved = new Map<string, { state: ProbeState; uptime: Uptime | undefined }>();
  const rows: ResultRow[] = [];
  for (const { row, decisive } of results) {
    const entry = board.probes.get(row.probeId);
    // Deleted or paused while its check was under way.
    if (entry === undefined || entry.definition.paused) continue;
    const { definition, state, uptime } = entry;
    const inMaintenance = board.windows.holdsProbe(definition);
    const limits = { count: definition.failureCount, window: definition.failureWindow };
    const applied = applyResult(state, { row, decisive, inMaintenance }, limits);
    const finished = applied.finishedHour === null ? undefined : addHour(uptime, applied.finishedHour);
    moved.set(row.probeId, { state: applied.state, uptime: finished });
    rows.push(row);
  }

  const stateOf = (entry: ProbeEntry): ProbeState => {
    const state = moved.get(entry.definition.id)?.state ?? entry.state;
    return entry.definition.paused && state.streak !== freshStreak
      ? { ...state, streak: freshStreak, message: '' }
      : state;
  };
  const assessment = assessBoard(board, stateOf);
  const at = new Map(rows.map((row) => [row.probeId, row.at]));

  const probes: Next<ProbeState>[] = [];
  const changes: NewChange[] = [];
  const facts: ProbeFacts[] = [];
  for (const [id, entry] of board.probes) {
    const state = stateOf(entry);
    const verdict = assessment.probes.get(id);
    if (verdict === undefined) continue;
    const changed = verdict.status !== entry.state.status;
    if (!changed && !moved.has(id) && verdict.reason === entry.state.reason) continue;
    const when = at.get(id) ?? now;
    const next = { ...state, ...verdict, statusSince: changed ? when : state.statusSince };
    probes.push({ id, state: next, uptime: moved.get(id)?.uptime });
    if (changed) {
      const { status: to, reason } = verdict;
      changes.push({ id: newId('chg', when), probeId: id, at: when, from: entry.state.status, to, reason });
    }
    if (changed || moved.has(id)) {
      facts.push(
        factsOf({ ...entry, state: next }, board.services.get(entry.definition.serviceId ?? ''), when),
      );
    }
  }
  const services = [...board.services.values()].flatMap((entry) =>
    nextService(entry, assessment, { now, count: countServices }),
  );
  return { probes, services, changes, facts, rows };
}

function assessBoard(board: Board, stateOf: (entry: ProbeEntry) => ProbeState): Assessment {
  const probes = [...board.probes.values()].map((entry) => {
    const { id, serviceId, paused } = entry.definition;
    const { streak, message } = stateOf(entry);
    const inMaintenance = board.windows.holdsProbe(entry.definition);
    return { id, serviceId, paused, inMaintenance, condition: streak.condition, message };
  });
  const services = [...board.services.values()].map(({ definition: { id, name, dependsOn } }) => ({
    id,
    name,
    dependsOn,
    inMaintenance: board.windows.holdsService(id),
  }));
  return assess(probes, services);
}

function nextService(
  entry: ServiceEntry,
  assessment: Assessment,
  { now, count }: { readonly now: number; readonly count: boolean },
): readonly Next<ServiceState>[] {
  const { id } = entry.definition;
  const verdict = assessment.services.get(id);
  if (verdict === undefined) return [];
  const { status, reason } = verdict;
  const changed = status !== entry.state.status;
  if (!changed && !count && reason === entry.state.reason) return [];
  const accrued = accrue(entry, now);
  const statusSince = changed ? now : entry.state.statusSince;
  return [{ id, state: { ...accrued.state, status, reason, statusSince }, uptime: accrued.uptime }];
}
