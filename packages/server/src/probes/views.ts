import type { BeatView, MaintenanceView, ProbeView, ServiceView, UptimeView } from '@custos/contract';
import type { ProbeEntry, ServiceEntry } from './model.ts';
import { errorBudgetLeft } from './rules/error-budget.ts';
import { currentOrNextWindow, isActive } from './rules/maintenance-window.ts';
import { shareUp, sumsOver, type Bucket, type Uptime } from './rules/uptime.ts';
import type { MaintenanceDefinition } from './types.ts';

interface Counters {
  readonly uptime: Uptime;
  readonly state: { readonly hour: Bucket | null };
}

const shareOver = ({ uptime, state }: Counters, now: number, days: number): number | null =>
  shareUp(sumsOver({ uptime, running: state.hour }, now, days));

export const uptimeDay = (counters: Counters, now: number): number | null => shareOver(counters, now, 1);

function uptimeView(counters: Counters, now: number): UptimeView {
  return {
    day: shareOver(counters, now, 1),
    week: shareOver(counters, now, 7),
    month: shareOver(counters, now, 30),
    quarter: shareOver(counters, now, 90),
  };
}

export const beatViews = ({ state }: ProbeEntry): BeatView[] => state.beats.map((beat) => ({ ...beat }));

/** A probe as the API shows it. Secrets are only said to be set. */
export function probeView(entry: ProbeEntry, now: number, pingUrl: string | null): ProbeView {
  const { definition, state } = entry;
  const { secretNames, ...shown } = definition;
  const { last } = state;
  return {
    ...shown,
    options: {
      ...definition.options,
      ...Object.fromEntries(secretNames.map((name) => [name, { secret: true }])),
    },
    status: state.status,
    statusSince: state.statusSince,
    statusReason: state.reason,
    lastResult:
      last === null
        ? null
        : {
            at: last.at,
            status: last.status,
            latencyMs: last.latencyMs,
            message: last.message,
            values: { ...last.values },
          },
    uptime: uptimeView(entry, now),
    beats: beatViews(entry),
    pingUrl,
  };
}

export function serviceView(entry: ServiceEntry, probeIds: readonly string[], now: number): ServiceView {
  const { definition, state } = entry;
  const sums = sumsOver({ uptime: entry.uptime, running: state.hour }, now, definition.sloWindowDays);
  return {
    ...definition,
    status: state.status,
    statusSince: state.statusSince,
    statusReason: state.reason,
    probeIds: [...probeIds],
    uptime: uptimeView(entry, now),
    errorBudgetLeft: errorBudgetLeft(sums, definition.sloTarget),
  };
}

export function maintenanceView(definition: MaintenanceDefinition, now: number): MaintenanceView {
  const window = currentOrNextWindow(definition.schedule, now);
  return {
    ...definition,
    active: isActive(window, now),
    nextStartsAt: window?.startsAt ?? null,
    nextEndsAt: window?.endsAt ?? null,
  };
}
