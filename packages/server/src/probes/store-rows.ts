import type { MaintenanceInput, Origin, ProbeInput, ServiceInput, Status } from '@custos/contract';
import type { ProbeState, ServiceState } from './model.ts';
import type { Bucket } from './rules/uptime.ts';
import type {
  Beat,
  MaintenanceDefinition,
  PingState,
  ProbeDefinition,
  ResultRow,
  ServiceDefinition,
} from './types.ts';

export type DefinitionRow = {
  id: string;
  name: string;
  definition: string;
  origin: string;
  created_at: number;
  updated_at: number;
};
export type StateRow = {
  id: string;
  status: string;
  status_since: number;
  reason: string;
  detail: string;
};
export type ChangeRow = {
  id: string;
  probe_id: string;
  at: number;
  from_status: string;
  to_status: string;
  reason: string;
  ended_at: number | null;
};
export type PingRow = {
  probe_id: string;
  last_start_at: number | null;
  last_finish_at: number | null;
  last_fail_at: number | null;
  duration_ms: number | null;
  exit_code: number | null;
  note: string;
};
export type ProbeTables = {
  probe: DefinitionRow & { ping_hash: string | null };
  service: DefinitionRow;
  maintenance_window: DefinitionRow;
  probe_state: StateRow;
  service_state: StateRow;
  probe_uptime: { owner_id: string; hours: string; days: string };
  probe_status_change: ChangeRow;
  probe_ping: PingRow;
  probe_counter: { name: string; value: number };
};

interface Named {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A definition as a row: what is searched for in columns, the rest as JSON. */
export function toDefinitionRow(definition: Named): DefinitionRow {
  const { id, name, origin, createdAt, updatedAt, ...rest } = definition;
  return {
    id,
    name,
    definition: JSON.stringify(rest),
    origin,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

const named = (row: DefinitionRow): Named => ({
  id: row.id,
  name: row.name,
  origin: row.origin as Origin,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const toProbe = (row: DefinitionRow): ProbeDefinition => ({
  ...(JSON.parse(row.definition) as Omit<ProbeInput, 'name'> & { secretNames: string[] }),
  ...named(row),
});

export const toService = (row: DefinitionRow): ServiceDefinition => ({
  ...(JSON.parse(row.definition) as Omit<ServiceInput, 'name'>),
  ...named(row),
});

export const toMaintenance = (row: DefinitionRow): MaintenanceDefinition => ({
  ...(JSON.parse(row.definition) as Omit<MaintenanceInput, 'title'>),
  id: row.id,
  title: row.name,
  origin: row.origin as Origin,
  createdAt: row.created_at,
});

const letters = { up: 'u', degraded: 'g', down: 'd', inconclusive: 'i', maintenance: 'm' } as const;
type Letter = (typeof letters)[keyof typeof letters];
const words = Object.fromEntries(Object.entries(letters).map(([word, letter]) => [letter, word])) as Record<
  Letter,
  Beat['status']
>;

/** A beat as `[time, letter, latency rounded to 0.1 ms]`: sixty of them are rewritten with every result. */
type PackedBeat = readonly [at: number, letter: Letter, latencyMs: number | null];
const packBeat = ({ at, status, latencyMs }: Beat): PackedBeat => [
  at,
  letters[status],
  latencyMs === null ? null : Math.round(latencyMs * 10) / 10,
];

interface ProbeDetail extends Pick<ProbeState, 'streak' | 'message' | 'hour'> {
  readonly last: Omit<ResultRow, 'probeId'> | null;
  readonly beats: readonly PackedBeat[];
}

export function toProbeStateRow(id: string, state: ProbeState): StateRow {
  const { streak, message, hour, last, beats } = state;
  const detail = { streak, message, hour, last, beats: beats.map(packBeat) };
  return {
    id,
    status: state.status,
    status_since: state.statusSince,
    reason: state.reason,
    detail: JSON.stringify(detail),
  };
}

export function fromProbeStateRow(row: StateRow): ProbeState {
  const detail = JSON.parse(row.detail) as ProbeDetail;
  return {
    status: row.status as Status,
    statusSince: row.status_since,
    reason: row.reason,
    streak: detail.streak,
    message: detail.message,
    hour: detail.hour,
    last: detail.last === null ? null : { ...detail.last, probeId: row.id },
    beats: detail.beats.map(([at, letter, latencyMs]) => ({ at, status: words[letter], latencyMs })),
  };
}

export function toServiceStateRow(id: string, state: ServiceState): StateRow {
  return {
    id,
    status: state.status,
    status_since: state.statusSince,
    reason: state.reason,
    detail: JSON.stringify({ hour: state.hour, countedUntil: state.countedUntil }),
  };
}

export function fromServiceStateRow(row: StateRow): ServiceState {
  const detail = JSON.parse(row.detail) as { hour: Bucket | null; countedUntil: number };
  return {
    status: row.status as Status,
    statusSince: row.status_since,
    reason: row.reason,
    ...detail,
  };
}

export const toPing = (row: PingRow): PingState => ({
  lastStartAt: row.last_start_at,
  lastFinishAt: row.last_finish_at,
  lastFailAt: row.last_fail_at,
  durationMs: row.duration_ms,
  exitCode: row.exit_code,
  note: row.note,
});
