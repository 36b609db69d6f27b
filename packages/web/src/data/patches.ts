import type {
  AlertView,
  BeatView,
  DeliveryView,
  Overview,
  Page,
  ProbeView,
  StreamEvent,
} from '@custos/contract';

type ResultEvent = Extract<StreamEvent, { type: 'probe.result' }>['data'];
type StatusEvent = Extract<StreamEvent, { type: 'probe.status' }>['data'];

/** As many as the server keeps. */
const fewestBeats = 60;

function appended(beats: BeatView[], results: readonly ResultEvent[]): BeatView[] {
  const last = beats.at(-1)?.at ?? 0;
  const fresh = results.filter((result) => result.at > last);
  if (fresh.length === 0) return beats;
  const all = [...beats, ...fresh.map(({ at, status, latencyMs }) => ({ at, status, latencyMs }))];
  return all.slice(-Math.max(fewestBeats, beats.length));
}

function grouped(results: readonly ResultEvent[]): Map<string, ResultEvent[]> {
  const groups = new Map<string, ResultEvent[]>();
  for (const result of results) {
    const group = groups.get(result.probeId);
    if (group === undefined) groups.set(result.probeId, [result]);
    else group.push(result);
  }
  return groups;
}

/** The overview with new results; services without any stay the same object, so nothing of theirs redraws. */
export function withResults(overview: Overview, results: readonly ResultEvent[]): Overview {
  const groups = grouped(results);
  const services = overview.services.map((service) => {
    if (!service.probes.some((probe) => groups.has(probe.id))) return service;
    const probes = service.probes.map((probe) => {
      const fresh = groups.get(probe.id);
      if (fresh === undefined) return probe;
      const beats = appended(probe.beats, fresh);
      return { ...probe, latencyMs: fresh.at(-1)?.latencyMs ?? null, beats };
    });
    return { ...service, probes };
  });
  return { ...overview, services };
}

/** A probe with new results. */
export function probeWithResults(probe: ProbeView, results: readonly ResultEvent[]): ProbeView {
  const own = results.filter((result) => result.probeId === probe.id);
  const last = own.at(-1);
  if (last === undefined) return probe;
  const { at, status, latencyMs, message } = last;
  const values = probe.lastResult?.values ?? {};
  return {
    ...probe,
    beats: appended(probe.beats, own),
    lastResult: { at, status, latencyMs, message, values },
  };
}

/** The overview after a probe's status changed; the service's own status follows from the server. */
export function withStatus(overview: Overview, change: StatusEvent): Overview {
  const services = overview.services.map((service) => {
    if (!service.probes.some((probe) => probe.id === change.probeId)) return service;
    const probes = service.probes.map((probe) =>
      probe.id === change.probeId
        ? { ...probe, status: change.to, statusReason: change.reason, statusSince: change.at }
        : probe,
    );
    return { ...service, probes };
  });
  return { ...overview, services };
}

/** The overview after an alert opened, changed or closed. */
export function withAlert(overview: Overview, alert: AlertView): Overview {
  const others = overview.openAlerts.filter((open) => open.id !== alert.id);
  if (alert.state === 'resolved') return { ...overview, openAlerts: others };
  const known = others.length < overview.openAlerts.length;
  const openAlerts = known
    ? overview.openAlerts.map((open) => (open.id === alert.id ? alert : open))
    : [alert, ...others];
  return { ...overview, openAlerts };
}

/** A page of a list with one item replaced; the same page when it is not on it. */
export function withItem<Item extends AlertView | DeliveryView | ProbeView>(
  page: Page<Item>,
  id: string,
  change: (item: Item) => Item,
): Page<Item> {
  if (!page.items.some((item) => item.id === id)) return page;
  return { ...page, items: page.items.map((item) => (item.id === id ? change(item) : item)) };
}
