import type { AlertView, DeliveryView, Overview, Page, ProbeView, StreamEvent } from '@custos/contract';
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { custos } from './client.ts';
import { glow } from '../ui/glow.ts';
import { keys } from './keys.ts';
import { setLiveState } from './live-state.ts';
import { probeWithResults, withAlert, withItem, withResults, withStatus } from './patches.ts';

type ResultEvent = Extract<StreamEvent, { type: 'probe.result' }>['data'];

/** Results are put into the cache this often at most, so that a thousand probes draw a few times a second. */
const flushMs = 300;
/** What changed on the server is asked for this often at most. */
const refreshMs = 1500;

/** Follows the stream and keeps the cache current; returns what stops it. */
export function followStream(cache: QueryClient): () => void {
  let results: ResultEvent[] = [];
  let flushTimer: number | undefined;
  let refreshTimer: number | undefined;
  const stale = new Set<string>();
  let usualDelayMs = Number.POSITIVE_INFINITY;

  function flush(): void {
    flushTimer = undefined;
    const batch = results;
    results = [];
    cache.setQueryData<Overview>(keys.overview, (old) => old && withResults(old, batch));
    for (const id of new Set(batch.map((result) => result.probeId))) {
      cache.setQueryData<ProbeView>(keys.one('probes', id), (old) => old && probeWithResults(old, batch));
    }
    patchPages<ProbeView>('probes', (page) => {
      const own = new Set(batch.map((result) => result.probeId));
      if (!page.items.some((probe) => own.has(probe.id))) return page;
      return { ...page, items: page.items.map((probe) => probeWithResults(probe, batch)) };
    });
  }

  /** Lists are kept as one page, or as pages that were loaded one after the other. */
  function patchPages<Item>(resource: string, change: (page: Page<Item>) => Page<Item>): void {
    cache.setQueriesData<Page<Item> | InfiniteData<Page<Item>>>({ queryKey: [resource, 'list'] }, (old) => {
      if (old === undefined) return old;
      if ('pages' in old) return { ...old, pages: old.pages.map(change) };
      return change(old);
    });
  }

  /** The service of a probe changes with it. */
  function glowService(probeId: string): void {
    const services = cache.getQueryData<Overview>(keys.overview)?.services ?? [];
    for (const { id, probes } of services) {
      if (id !== null && probes.some((probe) => probe.id === probeId)) glow(id);
    }
  }

  function refreshSoon(...resources: string[]): void {
    for (const resource of resources) stale.add(resource);
    refreshTimer ??= window.setTimeout(() => {
      refreshTimer = undefined;
      for (const resource of stale) void cache.invalidateQueries({ queryKey: [resource] });
      stale.clear();
    }, refreshMs);
  }

  function hear(at: number): void {
    const delayMs = Date.now() - at;
    // Clocks differ; only what is later than the quickest event so far counts as late.
    usualDelayMs = Math.min(usualDelayMs, delayMs);
    setLiveState({ connection: 'live', heardAt: Date.now(), lateMs: delayMs - usualDelayMs });
  }

  function receive(event: StreamEvent): void {
    switch (event.type) {
      case 'probe.result':
        hear(event.data.at);
        results.push(event.data);
        flushTimer ??= window.setTimeout(flush, flushMs);
        return;
      case 'probe.status':
        hear(event.data.at);
        cache.setQueryData<Overview>(keys.overview, (old) => old && withStatus(old, event.data));
        glow(event.data.probeId);
        glowService(event.data.probeId);
        refreshSoon('overview', 'probes', 'services');
        return;
      case 'alert': {
        const alert: AlertView = event.data;
        cache.setQueryData<Overview>(keys.overview, (old) => old && withAlert(old, alert));
        patchPages<AlertView>('alerts', (page) => withItem(page, alert.id, () => alert));
        glow(alert.id);
        refreshSoon('alerts', 'overview');
        return;
      }
      case 'delivery': {
        const delivery: DeliveryView = event.data;
        patchPages<DeliveryView>('deliveries', (page) => withItem(page, delivery.id, () => delivery));
        glow(delivery.id);
        refreshSoon('deliveries');
        return;
      }
      case 'changed':
        refreshSoon(event.data.resource, 'overview');
        return;
      case 'reset':
        void cache.invalidateQueries();
        return;
    }
  }

  let begun = false;
  /** What changed between the page's first answers and the stream's first event would be missed. */
  function catchUp(): void {
    const followed = new Set(['alerts', 'deliveries', 'probes', 'services']);
    void cache.invalidateQueries({
      // Lists and single things; what hangs on them, such as charts, asks for itself.
      predicate: ({ queryKey }) => queryKey.length === 3 && followed.has(String(queryKey[0])),
    });
  }

  const stream = custos.openStream({
    onEvent: receive,
    onState: (state) => {
      if (state === 'live') {
        setLiveState({ connection: 'live', heardAt: Date.now(), lateMs: 0 });
        if (!begun) catchUp();
        begun = true;
      }
      if (state === 'refused') setLiveState({ connection: 'refused' });
      else if (state === 'waiting' || state === 'offline') setLiveState({ connection: 'offline' });
    },
  });
  // A device without a network knows it long before the silence of the stream tells.
  const lost = (): void => setLiveState({ connection: 'offline' });
  window.addEventListener('offline', lost);
  return () => {
    window.removeEventListener('offline', lost);
    stream.close();
    window.clearTimeout(flushTimer);
    window.clearTimeout(refreshTimer);
  };
}
