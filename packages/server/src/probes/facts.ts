import type { ProbeEntry, ServiceEntry } from './model.ts';
import { shareUp, sumsOver } from './rules/uptime.ts';
import type { ProbeFacts } from './types.ts';

/**
 * What rules may look at: the figures of the last result and, from the recent past, `uptime_day_percent`
 * (share of checks up in 24 h) and `error_percent` (share of failures among the last beats, at most 60).
 */
export function factsOf(entry: ProbeEntry, service: ServiceEntry | undefined, at: number): ProbeFacts {
  const { definition, state } = entry;
  const values: Record<string, number> = { ...state.last?.values };
  if (state.last !== null && state.last.latencyMs !== null) values['latency_ms'] = state.last.latencyMs;
  const share = shareUp(sumsOver({ uptime: entry.uptime, running: state.hour }, at, 1));
  if (share !== null) values['uptime_day_percent'] = share * 100;
  const counted = state.beats.filter(({ status }) => status !== 'inconclusive' && status !== 'maintenance');
  if (counted.length > 0) {
    const failed = counted.filter(({ status }) => status === 'down').length;
    values['error_percent'] = (failed / counted.length) * 100;
  }
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
