import type { AlertView, OverallStatus, ProbeKindName, Status } from '@custos/contract';
import type { ProbeRow } from './types.ts';

/** What one thing's status means for the whole. Paused and planned work is nobody's trouble. */
export function plain(status: Status): OverallStatus {
  switch (status) {
    case 'down':
      return 'critical';
    case 'degraded':
    case 'blocked':
      return 'warning';
    case 'unknown':
      return 'unknown';
    case 'up':
    case 'paused':
    case 'maintenance':
      return 'healthy';
  }
}

const rank: Readonly<Record<OverallStatus, number>> = { healthy: 0, unknown: 1, warning: 2, critical: 3 };

/** The worst of several; `unknown` when there are none. */
export function worst(all: readonly OverallStatus[]): OverallStatus {
  return all.toSorted((left, right) => rank[right] - rank[left])[0] ?? 'unknown';
}

/**
 * One word for the installation: critical while a critical or high alert fires or something is down,
 * warning while another alert is open or something is degraded, healthy otherwise. A probe that has not
 * been checked yet does not spoil a healthy rest.
 */
export function overall(probes: readonly ProbeRow[], openAlerts: readonly AlertView[]): OverallStatus {
  const ofAlerts = openAlerts.map((alert): OverallStatus =>
    alert.severity === 'critical' || alert.severity === 'high'
      ? 'critical'
      : alert.severity === 'info'
        ? 'healthy'
        : 'warning',
  );
  const ofProbes = probes.map((probe) => plain(probe.status));
  const known = [...ofAlerts, ...ofProbes].filter((status) => status !== 'unknown');
  return worst(known);
}

/** The worst of the probes of some kinds; `unknown` when none is watched or none was checked. */
export function ofKinds(probes: readonly ProbeRow[], kinds: readonly ProbeKindName[]): OverallStatus {
  const mine = probes.filter((probe) => kinds.includes(probe.kind)).map((probe) => plain(probe.status));
  const known = mine.filter((status) => status !== 'unknown');
  return worst(known);
}
