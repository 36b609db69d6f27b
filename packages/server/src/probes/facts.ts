import type { ProbeEntry, ServiceEntry } from './model.ts';
import { shareUp, sumsOver } from './rules/uptime.ts';
import type { ProbeFacts } from './types.ts';

/** A share of fewer checks than this says nothing about a percent: one blip would be more than that. */
const fewestChecks = 100;

/** Share of checks up over some days, in percent; undefined while too few were made. */
function percentUp(entry: ProbeEntry, at: number, days: number): number | undefined {
  const sums = sumsOver({ uptime: entry.uptime, running: entry.state.hour }, at, days);
  const share = shareUp(sums);
  return share === null || sums.up + sums.degraded + sums.down < fewestChecks ? undefined : share * 100;
}

/**
 * What rules may look at: the figures of the last result and, from the recent past, `uptime_day_percent`
 * (checks up in 24 h) and `error_percent` (checks failed in this hour and the one before).
 */
export function factsOf(entry: ProbeEntry, service: ServiceEntry | undefined, at: number): ProbeFacts {
  const { definition, state } = entry;
  const values: Record<string, number> = { ...state.last?.values };
  if (state.last !== null && state.last.latencyMs !== null) values['latency_ms'] = state.last.latencyMs;
  const dayUp = percentUp(entry, at, 1);
  if (dayUp !== undefined) values['uptime_day_percent'] = dayUp;
  const recentUp = percentUp(entry, at, 2 / 24);
  if (recentUp !== undefined) values['error_percent'] = 100 - recentUp;
  return {
    probeId: definition.id,
    probeName: definition.name,
    kind: definition.kind,
    labels: definition.labels,
    channelIds: definition.channelIds,
    serviceId: definition.serviceId,
    serviceName: service?.definition.name ?? null,
    criticality: service?.definition.criticality ?? 'medium',
    status: state.status,
    reason: state.reason,
    statusSince: state.statusSince,
    at,
    values,
  };
}
