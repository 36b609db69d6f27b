import { currentOrNextWindow, isActive } from './rules/maintenance-window.ts';
import type { MaintenanceDefinition, ProbeDefinition } from './types.ts';

/** Which probes and services are in a maintenance window. */
export interface Windows {
  replace(definitions: readonly MaintenanceDefinition[]): void;
  /** Brings the answers below to `now`; returns true when some window has begun or ended since. */
  moveTo(now: number): boolean;
  holdsService(serviceId: string): boolean;
  holdsProbe(probe: Pick<ProbeDefinition, 'id' | 'serviceId'>): boolean;
}

/** Looked at again at least this often, ms: the host's clock may be set. */
const recheckMs = 60_000;

export function createWindows(): Windows {
  let definitions: readonly MaintenanceDefinition[] = [];
  let active: readonly MaintenanceDefinition[] = [];
  let everything = false;
  let serviceIds = new Set<string>();
  let probeIds = new Set<string>();
  let computedAt = -Infinity;
  let nextBoundary = -Infinity;

  function compute(now: number): void {
    computedAt = now;
    nextBoundary = now + recheckMs;
    const running: MaintenanceDefinition[] = [];
    for (const definition of definitions) {
      const window = currentOrNextWindow(definition.schedule, now);
      if (window === undefined) continue;
      const on = isActive(window, now);
      if (on) running.push(definition);
      nextBoundary = Math.min(nextBoundary, on ? window.endsAt : window.startsAt);
    }
    active = running;
    everything = active.some((definition) => definition.everything);
    serviceIds = new Set(active.flatMap((definition) => definition.serviceIds));
    probeIds = new Set(active.flatMap((definition) => definition.probeIds));
  }

  return {
    replace(next) {
      definitions = next;
      computedAt = -Infinity;
      nextBoundary = -Infinity;
    },
    moveTo(now) {
      if (now >= computedAt && now < nextBoundary) return false;
      const before = active.map((definition) => definition.id).join(' ');
      compute(now);
      return active.map((definition) => definition.id).join(' ') !== before;
    },
    holdsService: (serviceId) => everything || serviceIds.has(serviceId),
    holdsProbe: ({ id, serviceId }) =>
      everything || probeIds.has(id) || (serviceId !== null && serviceIds.has(serviceId)),
  };
}
