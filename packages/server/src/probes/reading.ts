import type {
  DayRollupView,
  MaintenanceView,
  Page,
  ProbeKindName,
  ProbeView,
  ServiceView,
  Status,
  StatusChangeView,
} from '@custos/contract';
import type { Clock } from '../base/clock.ts';
import { CustosError, notFound } from '../base/errors.ts';
import type { State } from '../storage/state/state.ts';
import type { Board } from './board.ts';
import { mergeDays, type HistoryPort, type TimeRange } from './history.ts';
import { openPingToken, type SecretStore } from './probe-secrets.ts';
import { pageByName } from './rules/page.ts';
import { addHour } from './rules/uptime.ts';
import { listChanges } from './store.ts';
import { beatViews, maintenanceView, probeView, serviceView, uptimeDay } from './views.ts';
import type { Beat } from './types.ts';

/** A probe as one line of the overview. */
interface OverviewRow {
  readonly id: string;
  readonly name: string;
  readonly kind: ProbeKindName;
  readonly serviceId: string | null;
  readonly status: Status;
  readonly statusReason: string;
  readonly statusSince: number | null;
  readonly latencyMs: number | null;
  readonly uptimeDay: number | null;
  readonly beats: Beat[];
  /** Figures of the last result. */
  readonly values: Readonly<Record<string, number>>;
}

interface PageRequest {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

interface ProbeFilter {
  readonly serviceId?: string | undefined;
  readonly status?: Status | undefined;
  readonly kind?: ProbeKindName | undefined;
  readonly search?: string | undefined;
}

export interface Reading {
  probes(filter: ProbeFilter & PageRequest): Promise<Page<ProbeView>>;
  probe(id: string): Promise<ProbeView>;
  services(query: PageRequest & { readonly search?: string | undefined }): Promise<Page<ServiceView>>;
  service(id: string): Promise<ServiceView>;
  maintenance(query: PageRequest): Promise<Page<MaintenanceView>>;
  maintenanceWindow(id: string): Promise<MaintenanceView>;
  /** Every probe in one call, from memory: cheap for thousands. */
  overviewRows(): Promise<readonly OverviewRow[]>;
  /** Every service, for the overview. */
  overviewServices(): Promise<readonly ServiceView[]>;
  changes(probeId: string, page: PageRequest): Promise<Page<StatusChangeView>>;
  /** Daily history; State's own counters alone while columns are away. */
  days(probeId: string, range: TimeRange): Promise<readonly DayRollupView[]>;
  /** Raises `not_found` unless there is such a probe. */
  mustExist(probeId: string): Promise<void>;
}

export interface ReadingOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly board: Board;
  readonly secrets: SecretStore;
  readonly history: HistoryPort;
  /** True on the node whose memory leads. */
  readonly leads: () => boolean;
  /** Where this installation is reached from outside, without a slash at the end; null when not set. */
  readonly publicUrl: () => string | null;
}

/** How old a copy of the leading node's memory may be, ms. */
const copyAgeMs = 1000;

export function createReading(options: ReadingOptions): Reading {
  const { state, clock, board, secrets, history, leads, publicUrl } = options;
  const tokens = new Map<string, string>();
  let copiedAt = -Infinity;
  let copying: Promise<void> | undefined;

  /** Makes sure that memory is as State is, or at most a second behind. */
  async function fresh(): Promise<void> {
    if (leads() || clock.monotonic() - copiedAt < copyAgeMs) return;
    copying ??= board.loadAll().finally(() => {
      copying = undefined;
      copiedAt = clock.monotonic();
    });
    await copying;
  }

  async function pingUrl(id: string): Promise<string | null> {
    const token = tokens.get(id) ?? (await openPingToken(secrets, id));
    if (token === undefined) return null;
    tokens.set(id, token);
    return `${publicUrl() ?? ''}/ping/${token}`;
  }

  const viewOf = async (id: string): Promise<ProbeView> => {
    const entry = board.probes.get(id);
    if (entry === undefined) throw notFound('probe', id);
    return probeView(entry, clock.now(), entry.definition.kind === 'heartbeat' ? await pingUrl(id) : null);
  };

  function members(): Map<string, string[]> {
    const byService = new Map<string, string[]>();
    for (const { definition } of board.probes.values()) {
      if (definition.serviceId === null) continue;
      const ids = byService.get(definition.serviceId) ?? [];
      ids.push(definition.id);
      byService.set(definition.serviceId, ids);
    }
    return byService;
  }

  function matches(filter: ProbeFilter): (id: string) => boolean {
    const search = filter.search?.trim().toLowerCase() ?? '';
    return (id) => {
      const entry = board.probes.get(id);
      if (entry === undefined) return false;
      const { definition } = entry;
      return (
        (filter.serviceId === undefined || definition.serviceId === filter.serviceId) &&
        (filter.kind === undefined || definition.kind === filter.kind) &&
        (filter.status === undefined || entry.state.status === filter.status) &&
        (search === '' ||
          `${definition.name} ${Object.values(definition.labels).join(' ')}`.toLowerCase().includes(search))
      );
    };
  }

  return {
    async probes({ cursor, limit, ...filter }) {
      await fresh();
      const wanted = matches(filter);
      const found = [...board.probes.values()]
        .map(({ definition }) => definition)
        .filter(({ id }) => wanted(id));
      const page = pageByName(found, { cursor, limit });
      return { ...page, items: await Promise.all(page.items.map(({ id }) => viewOf(id))) };
    },
    async probe(id) {
      await fresh();
      return viewOf(id);
    },
    async services({ cursor, limit, search = '' }) {
      await fresh();
      const text = search.trim().toLowerCase();
      const found = [...board.services.values()]
        .map(({ definition }) => definition)
        .filter(({ name }) => name.toLowerCase().includes(text));
      const page = pageByName(found, { cursor, limit });
      const byService = members();
      const items = page.items.flatMap(({ id }) => {
        const entry = board.services.get(id);
        return entry === undefined ? [] : [serviceView(entry, byService.get(id) ?? [], clock.now())];
      });
      return { ...page, items };
    },
    async service(id) {
      await fresh();
      const entry = board.services.get(id);
      if (entry === undefined) throw notFound('service', id);
      return serviceView(entry, members().get(id) ?? [], clock.now());
    },
    async maintenance({ cursor, limit }) {
      await fresh();
      const windowsById = new Map(board.maintenance.map((window) => [window.id, window]));
      const named = board.maintenance.map((window) => ({ id: window.id, name: window.title }));
      const page = pageByName(named, { cursor, limit });
      return {
        ...page,
        items: page.items
          .flatMap(({ id }) => windowsById.get(id) ?? [])
          .map((window) => maintenanceView(window, clock.now())),
      };
    },
    async maintenanceWindow(id) {
      await fresh();
      const window = board.maintenance.find((candidate) => candidate.id === id);
      if (window === undefined) throw notFound('maintenance window', id);
      return maintenanceView(window, clock.now());
    },
    async overviewRows() {
      await fresh();
      const now = clock.now();
      return [...board.probes.values()].map((entry) => ({
        id: entry.definition.id,
        name: entry.definition.name,
        kind: entry.definition.kind,
        serviceId: entry.definition.serviceId,
        status: entry.state.status,
        statusReason: entry.state.reason,
        statusSince: entry.state.statusSince,
        latencyMs: entry.state.last?.latencyMs ?? null,
        uptimeDay: uptimeDay(entry, now),
        beats: beatViews(entry),
        values: entry.state.last?.values ?? {},
      }));
    },
    async overviewServices() {
      await fresh();
      const byService = members();
      const now = clock.now();
      return [...board.services.values()].map((entry) =>
        serviceView(entry, byService.get(entry.definition.id) ?? [], now),
      );
    },
    async changes(probeId, { cursor, limit }) {
      const rows = await listChanges(state.read, probeId, { before: cursor, limit: limit + 1 });
      const items = rows.slice(0, limit).map((row): StatusChangeView => ({
        id: row.id,
        probeId: row.probe_id,
        at: row.at,
        from: row.from_status as Status,
        to: row.to_status as Status,
        reason: row.reason,
        durationMs: row.ended_at === null ? null : row.ended_at - row.at,
      }));
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async days(probeId, range) {
      await fresh();
      const entry = board.probes.get(probeId);
      if (entry === undefined) throw notFound('probe', probeId);
      const { hour } = entry.state;
      const uptime = hour === null ? entry.uptime : addHour(entry.uptime, hour);
      const stored = await history.days(probeId, range).catch((error: unknown) => {
        if (error instanceof CustosError && error.code === 'columns_unavailable') return [];
        throw error;
      });
      return mergeDays(stored, { uptime }, range);
    },
    async mustExist(probeId) {
      await fresh();
      if (!board.probes.has(probeId)) throw notFound('probe', probeId);
    },
  };
}
