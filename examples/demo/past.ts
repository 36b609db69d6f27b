import type { ProbeKindName } from '@custos/contract';

/**
 * The ninety days before the demo was first started, as pure functions of the time: one check a minute of
 * every probe, and the troubles that these days had. Nothing here is stored; `seed.ts` does that.
 */
export const minuteMs = 60_000;
export const dayMs = 86_400_000;
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
  { name: 'Shop page', kind: 'http', latencyMs: 38, upMessage: 'Answered 200.' },
  { name: 'Shop health', kind: 'http', latencyMs: 24, upMessage: 'Answered 200.' },
  { name: 'Checkout', kind: 'http', latencyMs: 46, upMessage: 'Answered 200.' },
  {
    name: 'Orders database',
    kind: 'postgres',
    latencyMs: 11,
    upMessage: 'Answered; 9 of 200 connections in use.',
  },
  { name: 'Receipt storage', kind: 'http', latencyMs: 6, upMessage: 'Answered 200.' },
  {
    name: 'Orders without receipt',
    kind: 'postgres',
    latencyMs: 12,
    upMessage: 'Answered; 9 of 200 connections in use.',
  },
  { name: 'Mail relay', kind: 'tcp', latencyMs: 19, upMessage: 'Connected.' },
  { name: 'Stock report', kind: 'heartbeat', latencyMs: null, upMessage: 'Called in time.' },
  { name: 'Host', kind: 'host', latencyMs: null, upMessage: 'CPU 24 %, memory 52 %, disk 47 %.' },
  { name: 'Custos', kind: 'process', latencyMs: null, upMessage: 'All parts of Custos work.' },
];

/** A stretch in which a probe was not well. */
export interface Trouble {
  readonly probe: string;
  readonly status: 'down' | 'degraded';
  /** Shown as blocked: what it depends on was down. */
  readonly blocked?: boolean;
  /** Whole minutes, ms since the epoch; the end is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
  /** Who acknowledged the alert, if somebody did. */
  readonly acknowledgedBy?: string;
}

interface Told extends Omit<Trouble, 'from' | 'to'> {
  readonly daysAgo: number;
  /** UTC, `14:05`. */
  readonly at: string;
  readonly minutes: number;
}

const failed = 'Answered 500, expected 200-299.';
const slow = (ms: number): string => `Took ${ms} ms, more than the budget of 500 ms.`;
const noAnswer = 'connect ECONNREFUSED 127.0.0.1:5432';
const noMail = 'The connection was refused.';
const late = (last: string): string => `Its last call was ${last} ago; expected every 10s.`;

const told: readonly Told[] = [
  { probe: 'Mail relay', status: 'down', daysAgo: 83, at: '03:12', minutes: 9, message: noMail },
  { probe: 'Shop page', status: 'degraded', daysAgo: 76, at: '18:40', minutes: 38, message: slow(2310) },
  { probe: 'Stock report', status: 'down', daysAgo: 68, at: '02:05', minutes: 64, message: late('21s') },
  // First incident: a release that could not be rolled back at once.
  {
    probe: 'Shop page',
    status: 'down',
    daysAgo: 61,
    at: '09:31',
    minutes: 18,
    message: failed,
    acknowledgedBy: 'Mara Lindqvist',
  },
  { probe: 'Shop health', status: 'down', daysAgo: 61, at: '09:30', minutes: 20, message: failed },
  { probe: 'Checkout', status: 'down', daysAgo: 61, at: '09:31', minutes: 18, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 61, at: '09:49', minutes: 35, message: slow(1840) },
  { probe: 'Mail relay', status: 'down', daysAgo: 52, at: '22:48', minutes: 14, message: noMail },
  { probe: 'Shop health', status: 'down', daysAgo: 44, at: '11:17', minutes: 3, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 37, at: '19:05', minutes: 52, message: slow(1420) },
  { probe: 'Mail relay', status: 'down', daysAgo: 30, at: '05:26', minutes: 6, message: noMail },
  // Second incident: the database ran out of disk, and the checkout with it.
  {
    probe: 'Orders database',
    status: 'down',
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: noAnswer,
    acknowledgedBy: 'Jon Okafor',
  },
  {
    probe: 'Checkout',
    status: 'down',
    blocked: true,
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: '"Orders database" is down, and this depends on it.',
  },
  {
    probe: 'Orders without receipt',
    status: 'down',
    daysAgo: 23,
    at: '14:02',
    minutes: 47,
    message: noAnswer,
  },
  { probe: 'Stock report', status: 'down', daysAgo: 15, at: '02:05', minutes: 25, message: late('22s') },
  { probe: 'Checkout', status: 'down', daysAgo: 9, at: '16:44', minutes: 4, message: failed },
  { probe: 'Shop page', status: 'degraded', daysAgo: 5, at: '20:10', minutes: 21, message: slow(980) },
  { probe: 'Shop page', status: 'down', daysAgo: 2, at: '07:58', minutes: 3, message: failed },
];

/** The troubles of the ninety days before `now`, oldest first. */
export function troublesBefore(now: number): readonly Trouble[] {
  const today = Math.floor(now / dayMs) * dayMs;
  return told
    .map(({ daysAgo, at, minutes, ...rest }) => {
      const [hour = 0, minute = 0] = at.split(':').map(Number);
      const from = today - daysAgo * dayMs + (hour * 60 + minute) * minuteMs;
      return { ...rest, from, to: from + minutes * minuteMs };
    })
    .toSorted((left, right) => left.from - right.from);
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
}

/** The figures that each kind measures, on a quiet day. */
const figures: Partial<Record<ProbeKindName, (moment: Moment) => Record<string, number>>> = {
  http: ({ chance }) => ({ status_code: 200, connect_ms: 0.4 + chance }),
  postgres: ({ busy, chance }) => ({
    connections_used: Math.round(5 + 6 * busy),
    connections_limit: 200,
    connections_percent: (5 + 6 * busy) / 2,
    query_value: chance > 0.97 ? 1 : 0,
  }),
  host: ({ at, busy, chance }) => {
    const disk = 41 + (9 * (at % (pastDays * dayMs))) / (pastDays * dayMs);
    return {
      cpu_percent: 9 + 22 * busy + 9 * chance,
      memory_percent: 46 + 6 * busy + 2 * chance,
      disk_percent: disk,
      disk_percent_root: disk,
      load1: 0.2 + 0.9 * busy + 0.4 * chance,
    };
  },
  process: ({ busy, chance }) => ({
    rss_bytes: 150e6 + 18e6 * busy + 6e6 * chance,
    heap_used_bytes: 52e6 + 14e6 * chance,
    event_loop_delay_ms: 11 + 4 * chance,
    process_cpu_percent: 2 + 2.5 * busy,
    gc_percent: 0.3 + 0.3 * chance,
  }),
};

/** What the check of a probe at a minute found. */
export function pastCheck(habit: Habit, at: number, troubles: readonly Trouble[]): PastCheck {
  const index = habits.indexOf(habit);
  const minute = at / minuteMs;
  const chance = noise(minute, index);
  const trouble = troubles.find(({ probe, from, to }) => probe === habit.name && at >= from && at < to);
  const busy = busyness(at);
  const values = figures[habit.kind]?.({ at, busy, chance }) ?? {};
  // A long tail: one check in eighty takes several times as long.
  const tail = noise(minute, index + 100) > 0.9875 ? 3 + 3 * chance : 1;
  const usual =
    habit.latencyMs === null ? null : habit.latencyMs * (0.55 + 0.5 * busy + 0.35 * chance) * tail;
  if (trouble === undefined) {
    return { at, status: 'up', latencyMs: rounded(usual), message: habit.upMessage, values };
  }
  const { status, message } = trouble;
  const latencyMs = status === 'degraded' && usual !== null ? 700 + 900 * chance + usual : usual;
  return {
    at,
    status,
    // What could not be reached has no latency.
    latencyMs: status === 'down' && habit.kind !== 'http' ? null : rounded(latencyMs),
    message,
    values: status === 'down' && habit.kind === 'http' ? { ...values, status_code: 500 } : values,
  };
}

const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round(value * 10) / 10;
