import type { Overview } from '@custos/contract';

export type OverviewService = Overview['services'][number];
export type OverviewProbe = OverviewService['probes'][number];

export type Row =
  | { readonly type: 'service'; readonly service: OverviewService; readonly open: boolean }
  | { readonly type: 'probe'; readonly service: OverviewService; readonly probe: OverviewProbe };

/** Up to this many probes everything is shown; beyond it only what is not up. */
const fewProbes = 60;

const rank = { down: 0, degraded: 1, unknown: 2, blocked: 3, maintenance: 4, paused: 5, up: 6 } as const;

export function serviceKey(service: OverviewService): string {
  return service.id ?? 'none';
}

/** Services that stand open unless the person says otherwise. */
function openByItself(service: OverviewService, total: number): boolean {
  if (total <= fewProbes) return true;
  return service.status === 'down' || service.status === 'degraded';
}

/** What is down stands first, then what is degraded; the rest keeps the server's order, so little moves. */
function trouble(service: OverviewService): number {
  return service.status === 'down' ? 0 : service.status === 'degraded' ? 1 : 2;
}

/** The lines of the list: a service and, when it stands open, its probes, what is wrong first. */
export function rowsOf(services: readonly OverviewService[], chosen: ReadonlyMap<string, boolean>): Row[] {
  const total = services.reduce((sum, service) => sum + service.probes.length, 0);
  const rows: Row[] = [];
  const worstFirst = [...services].sort((one, other) => trouble(one) - trouble(other));
  for (const service of worstFirst) {
    if (service.probes.length === 0 && service.id === null) continue;
    const open = chosen.get(serviceKey(service)) ?? openByItself(service, total);
    rows.push({ type: 'service', service, open });
    if (!open) continue;
    const probes = [...service.probes].sort((one, other) => rank[one.status] - rank[other.status]);
    for (const probe of probes) rows.push({ type: 'probe', service, probe });
  }
  return rows;
}

/** One bar for a service: at each place from the end the worst beat of its probes, by place and not by time. */
export function combinedBeats(service: OverviewService): OverviewProbe['beats'] {
  const [first, ...rest] = service.probes;
  if (first === undefined) return [];
  if (rest.length === 0) return first.beats;
  const longest = Math.max(...service.probes.map((probe) => probe.beats.length));
  const worse = { inconclusive: 0, maintenance: 1, up: 2, degraded: 3, down: 4 } as const;
  const combined: OverviewProbe['beats'] = [];
  for (let fromEnd = longest; fromEnd >= 1; fromEnd -= 1) {
    let worst: OverviewProbe['beats'][number] | undefined;
    for (const probe of service.probes) {
      const beat = probe.beats[probe.beats.length - fromEnd];
      if (beat !== undefined && (worst === undefined || worse[beat.status] > worse[worst.status]))
        worst = beat;
    }
    if (worst !== undefined) combined.push(worst);
  }
  return combined;
}
