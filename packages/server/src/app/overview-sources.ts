import type { Access } from '../access/service.ts';
import type { Alerting } from '../alerting/service.ts';
import type { Notify } from '../notify/service.ts';
import type { createTraffic } from '../overview/traffic.ts';
import type { Sources } from '../overview/types.ts';
import type { Probes } from '../probes/service.ts';
import type { createSystemStatus } from './system-status.ts';

interface Domains {
  readonly probes: Probes;
  readonly alerting: Alerting;
  readonly notify: Notify;
  readonly access: Access;
  readonly system: ReturnType<typeof createSystemStatus>;
  readonly traffic: ReturnType<typeof createTraffic>;
}

/** One sample a minute, ms. */
const sampleMs = 60_000;

/** Fits the domains to what the overview asks for. */
export function overviewSources({ probes, alerting, notify, access, system, traffic }: Domains): Sources {
  return {
    probes: () => probes.overviewRows(),
    services: () => probes.overviewServices(),
    openAlerts: () => alerting.alerts.list({ state: 'open' }, { limit: 200 }),
    recentAlerts: (limit) => alerting.alerts.list({}, { limit }),
    alertsSince: (at) => alerting.alerts.countFiredSince(at),
    deliveryCounts: () => notify.deliveries.counts(),
    activeUsers: () => access.activeUsers(),
    series(probeId, value, points) {
      const to = probes.now();
      return probes.history.series(probeId, { from: to - points * sampleMs, to, points, value });
    },
    system: () => system.get(),
    traffic: () => traffic.read(),
  };
}
