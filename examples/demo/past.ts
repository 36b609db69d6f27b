import type { ProbeKindName } from '@custos/contract';
import { dayMs, minuteMs, troublesBefore } from './troubles.ts';

/**
 * The ninety days before the demo was first started, as pure functions of the time: one check a minute of
 * every probe, and the troubles that these days had. Nothing here is stored; `seed.ts` does that.
 */
export const pastDays = 90;

/** How a probe behaves on a quiet day. */
export interface Habit {
  readonly name: string;
  readonly kind: ProbeKindName;
  /** Null for the kinds that answer at once. */
  readonly latencyMs: number | null;
  readonly upMessage: string;
}

export const habits: readonly Habit[] = [
  { name: 'Shop page', kind: 'http', latencyMs: 14, upMessage: 'Answered 200.' },
  { name: 'Shop health', kind: 'http', latencyMs: 16, upMessage: 'Answered 200.' },
  { name: 'Checkout', kind: 'http', latencyMs: 13, upMessage: 'Answered 200.' },
  {
    name: 'Orders database',
    kind: 'postgres',
    latencyMs: 18,
    upMessage: 'Answered; 6 of 200 connections in use.',
  },
  { name: 'Receipt storage', kind: 'http', latencyMs: 8, upMessage: 'Answered 200.' },
  {
    name: 'Orders without receipt',
    kind: 'postgres',
    latencyMs: 19,
    upMessage: 'Answered; 6 of 200 connections in use.',
  },
  { name: 'Mail relay', kind: 'tcp', latencyMs: 104, upMessage: 'Connected.' },
  { name: 'Stock report', kind: 'heartbeat', latencyMs: null, upMessage: 'Called in time.' },
  { name: 'Host', kind: 'host', latencyMs: null, upMessage: '' },
  { name: 'Custos', kind: 'process', latencyMs: null, upMessage: 'All parts of Custos work.' },
];

/** The machine that the demo runs on, which the past should not contradict. */
export interface Machine {
  readonly processors: number;
  readonly memoryBytes: number;
  readonly memoryPercent: number;
  readonly diskBytes: number;
  readonly diskPercent: number;
}

/** One check of the past. */
export interface PastCheck {
  readonly at: number;
  readonly status: 'up' | 'degraded' | 'down';
  readonly latencyMs: number | null;
  readonly message: string;
  readonly values: Readonly<Record<string, number>>;
}

/** A number from 0 to 1 that looks random and is always the same for the same two numbers. */
function noise(one: number, two: number): number {
  let mixed = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(two | 0, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
}

/** How busy the shop is, about 0.4 at four in the morning and 1.4 at eight in the evening, less on Sundays. */
function busyness(at: number): number {
  const hour = (at % dayMs) / 3_600_000;
  const sunday = new Date(at).getUTCDay() === 0;
  return (0.9 + 0.5 * Math.cos(((hour - 20) / 24) * 2 * Math.PI)) * (sunday ? 0.75 : 1);
}

interface Moment {
  readonly at: number;
  readonly busy: number;
  readonly chance: number;
  /** Share of the ninety days that has passed, 0 to 1. */
  readonly passed: number;
  readonly latencyMs: number;
  readonly machine: Machine;
}

/** The figures that each kind measures, on a quiet day. */
const figures: Partial<Record<ProbeKindName, (moment: Moment) => Record<string, number>>> = {
  http: ({ chance, latencyMs }) => ({
    status_code: 200,
    dns_ms: 0,
    connect_ms: 0.4 + 0.4 * chance,
    tls_ms: 0,
    first_byte_ms: latencyMs * 0.8,
    body_bytes: 1500,
  }),
  tcp: ({ chance }) => ({ dns_ms: 0, connect_ms: 0.4 + 0.4 * chance }),
  postgres: ({ busy, chance, latencyMs }) => ({
    connect_ms: latencyMs * 0.6,
    query_ms: latencyMs * 0.4,
    connections_used: Math.round(3 + 3 * busy),
    connections_limit: 200,
    connections_percent: Math.round(3 + 3 * busy) / 2,
    query_value: chance > 0.97 ? 1 : 0,
  }),
  heartbeat: ({ chance }) => ({ run_duration_ms: 300 + 12 * chance, since_finish_ms: 8000 * chance }),
  host: ({ busy, chance, passed, machine }) => {
    const memory = machine.memoryPercent * (0.85 + 0.1 * busy + 0.05 * chance);
    const disk = machine.diskPercent * (0.8 + 0.2 * passed);
    const load = machine.processors * (0.1 + 0.25 * busy + 0.1 * chance);
    return {
      cpu_percent: 9 + 22 * busy + 9 * chance,
      memory_total_bytes: machine.memoryBytes,
      memory_used_bytes: (machine.memoryBytes * memory) / 100,
      memory_percent: memory,
      disk_percent: disk,
      disk_percent_root: disk,
      disk_free_bytes_root: machine.diskBytes * (1 - disk / 100),
      load1: load,
      load5: load * 0.95,
      load15: load * 0.9,
      load_per_cpu: load / machine.processors,
    };
  },
  process: ({ busy, chance }) => ({
    rss_bytes: 170e6 + 12e6 * busy + 6e6 * chance,
    heap_used_bytes: 52e6 + 14e6 * chance,
    event_loop_delay_ms: 11 + 4 * chance,
    process_cpu_percent: 2 + 2.5 * busy,
    gc_percent: 0.3 + 0.3 * chance,
  }),
};

/** What the checks of the ninety days before `now` found on this machine. */
export function createPast(now: number, machine: Machine) {
  const begin = Math.floor(now / dayMs) * dayMs - pastDays * dayMs;
  const detailedFrom = now - 4 * dayMs;
  const troubles = troublesBefore(now);

  function check(habit: Habit, at: number): PastCheck {
    const index = habits.indexOf(habit);
    const minute = at / minuteMs;
    const chance = noise(minute, index);
    const busy = busyness(at);
    // A long tail: one check in eighty takes several times as long.
    const tail = noise(minute, index + 100) > 0.9875 ? 3 + 3 * chance : 1;
    const usual = (habit.latencyMs ?? 0) * (0.75 + 0.25 * busy + 0.2 * chance) * tail;
    const passed = (at - begin) / (now - begin);
    // Only single results show figures, and only those of the last days are kept.
    const detailed = at >= detailedFrom || habit.kind === 'host';
    const measure = detailed ? figures[habit.kind] : undefined;
    const values = measure?.({ at, busy, chance, passed, latencyMs: usual, machine }) ?? {};
    const trouble = troubles.find(({ probe, from, to }) => probe === habit.name && at >= from && at < to);
    if (trouble === undefined) {
      const latencyMs = habit.latencyMs === null ? null : rounded(usual);
      return { at, status: 'up', latencyMs, message: messageOf(habit, values), values };
    }
    const { status, message } = trouble;
    if (status === 'degraded') {
      return { at, status, latencyMs: rounded(700 + 900 * chance + usual), message, values };
    }
    // Errors are quick; what cannot be reached has neither latency nor figures.
    const answers = habit.kind === 'http';
    return {
      at,
      status,
      latencyMs: answers ? rounded(usual) : null,
      message,
      values: answers ? { ...values, status_code: 500 } : {},
    };
  }

  return {
    /** Oldest first. */
    troubles,
    /** What the check of a probe at a minute found. */
    check,
    /** Every check of a probe, one a minute, oldest first. */
    checks(habit: Habit): PastCheck[] {
      const checks: PastCheck[] = [];
      for (let at = begin; at < Math.floor(now / minuteMs) * minuteMs; at += minuteMs) {
        checks.push(check(habit, at));
      }
      return checks;
    },
  };
}

function messageOf({ kind, upMessage }: Habit, values: Readonly<Record<string, number>>): string {
  if (kind !== 'host') return upMessage;
  const percent = (name: string): number => Math.round(values[`${name}_percent`] ?? 0);
  return `CPU ${percent('cpu')} %, memory ${percent('memory')} %, disk ${percent('disk')} %.`;
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
