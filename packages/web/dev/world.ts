import type {
  AlertView,
  BeatView,
  ChannelView,
  DeliveryView,
  MaintenanceView,
  ProbeKindName,
  ProbeView,
  RuleView,
  ServiceView,
  Status,
} from '@custos/contract';
import { makeId, random } from './chance.ts';
import { seeds, type Seed } from './seeds.ts';
import { channelsOf, rulesOf } from './world-rules.ts';

/** A made-up installation for development: a small shop, or many copies of it. */
export interface World {
  services: ServiceView[];
  probes: ProbeView[];
  alerts: AlertView[];
  channels: ChannelView[];
  rules: RuleView[];
  deliveries: DeliveryView[];
  maintenance: MaintenanceView[];
}

const minute = 60_000;
const day = 86_400_000;
const start = Date.now();

function beatsOf(status: Status, base: number, intervalMs: number): BeatView[] {
  return Array.from({ length: 60 }, (_, index) => {
    const at = start - (60 - index) * intervalMs;
    const late = index > 52 + random() * 4;
    const slip = random();
    const beat: BeatView['status'] =
      status === 'down' && late
        ? 'down'
        : status === 'degraded' && index > 44
          ? 'degraded'
          : status === 'maintenance' && index > 35
            ? 'maintenance'
            : slip > 0.992
              ? 'down'
              : slip > 0.975
                ? 'degraded'
                : slip > 0.972
                  ? 'inconclusive'
                  : 'up';
    const factor = beat === 'degraded' ? 2.8 : 0.8 + random() * 0.5;
    return { at, status: beat, latencyMs: beat === 'down' || base === 0 ? null : base * factor };
  });
}

const optionsOf: Record<ProbeKindName, Record<string, unknown>> = {
  http: { url: 'https://shop.example.com/healthz', method: 'GET', expectedStatus: '200-299', headers: {} },
  tcp: { host: 'payments.example.com', port: 443 },
  dns: { name: 'shop.example.com', recordType: 'A' },
  tls: { host: 'shop.example.com', port: 443, minimumDays: 14 },
  postgres: {
    host: 'db.internal',
    port: 5432,
    user: 'custos',
    password: { secret: true },
    query: 'select 1',
  },
  redis: { url: 'redis://cache.internal:6379' },
  heartbeat: { graceMs: 300_000 },
  host: { mounts: ['/', '/data'] },
  process: {},
};

function valuesOf(kind: ProbeKindName): Record<string, number> {
  if (kind === 'host') return { cpu_percent: 34, memory_percent: 61, disk_percent: 72, load_1: 1.4 };
  if (kind === 'process') return { rss_bytes: 148_000_000, heap_bytes: 61_000_000, event_loop_delay_ms: 1.9 };
  if (kind === 'tls') return { certificate_days: 41 };
  if (kind === 'postgres') return { connections: 18, connections_percent: 18 };
  return {};
}

function probeOf(entry: Seed['probes'][number], serviceId: string | null): ProbeView {
  const [name, kind, status, base, reason = ''] = entry;
  const intervalMs = kind === 'heartbeat' ? 300_000 : 30_000;
  const beats = beatsOf(status, base, intervalMs);
  const last = beats.at(-1);
  return {
    id: makeId('prb'),
    name,
    kind,
    serviceId,
    options: optionsOf[kind],
    intervalMs,
    timeoutMs: 10_000,
    failureCount: 2,
    failureWindow: 2,
    retries: 0,
    retryDelayMs: 500,
    latencyBudgetMs: kind === 'http' ? 800 : null,
    jitterMs: 0,
    paused: status === 'paused',
    labels: { team: 'shop', environment: 'production' },
    channelIds: [],
    origin:
      kind === 'host' || kind === 'process' ? 'built-in' : name === 'Redis' ? 'configuration' : 'dashboard',
    createdAt: start - 200 * day,
    updatedAt: start - 3 * day,
    status,
    statusSince: start - (status === 'up' ? 9 * day : 4 * minute + random() * 3 * minute),
    statusReason: reason,
    lastResult:
      last === undefined || last.status === 'maintenance'
        ? null
        : {
            at: last.at,
            status: last.status,
            latencyMs: last.latencyMs,
            message: reason,
            values: valuesOf(kind),
          },
    uptime:
      status === 'unknown'
        ? { day: null, week: null, month: null, quarter: null }
        : {
            day: status === 'down' ? 0.9968 : 1 - random() * 0.002,
            week: 1 - random() * 0.001,
            month: 1 - random() * 0.002,
            quarter: 1 - random() * 0.003,
          },
    beats,
    pingUrl: kind === 'heartbeat' ? 'https://custos.example.com/ping/hb_3f9a27c1d4e85b60' : null,
  };
}

function alertOf(rule: RuleView, probe: ProbeView | undefined, change: Partial<AlertView>): AlertView {
  return {
    id: makeId('alr'),
    ruleId: rule.id,
    ruleName: rule.name,
    state: 'firing',
    severity: 'critical',
    labels: { probe: probe?.name ?? '', team: 'shop', environment: 'production' },
    summary: `${probe?.name ?? 'Host'} is down`,
    description: probe?.statusReason ?? '',
    probeId: probe?.id ?? null,
    serviceId: probe?.serviceId ?? null,
    value: null,
    threshold: null,
    flapping: false,
    startedAt: start - 5 * minute,
    firedAt: start - 4 * minute,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    delivery: 'delivered',
    ...change,
  };
}

function deliveryOf(alert: AlertView, channel: ChannelView, change: Partial<DeliveryView>): DeliveryView {
  return {
    id: makeId('dlv'),
    alertId: alert.id,
    event: 'firing',
    idempotencyKey: makeId('key'),
    step: 'firing-1',
    channelId: channel.id,
    channelName: channel.name,
    channelKind: channel.kind,
    title: alert.summary,
    severity: alert.severity,
    state: 'delivered',
    attempts: 1,
    createdAt: alert.startedAt,
    settledAt: alert.startedAt + 620,
    nextAttemptAt: null,
    lastError: null,
    latencyMs: 340 + random() * 400,
    ...change,
  };
}

/** Builds the installation; `many` probes are added in services of ten. */
export function createWorld(many: number): World {
  const services: ServiceView[] = [];
  const probes: ProbeView[] = [];
  const addService = (entry: Seed): void => {
    const id = makeId('svc');
    const own = entry.probes.map((probe) => probeOf(probe, id));
    const worst = (['down', 'degraded', 'up', 'unknown'] as const).find((status) =>
      own.some((probe) => probe.status === status),
    );
    services.push({
      id,
      name: entry.service,
      description: entry.description,
      criticality: entry.criticality,
      dependsOn: services
        .filter((service) => entry.needs.includes(service.name))
        .map((service) => service.id),
      sloTarget: 0.999,
      sloWindowDays: 30,
      labels: { team: 'shop' },
      origin: 'dashboard',
      createdAt: start - 200 * day,
      updatedAt: start - 2 * day,
      status: worst ?? 'unknown',
      statusSince: start - 5 * minute,
      statusReason: own.find((probe) => probe.status === worst)?.statusReason ?? '',
      probeIds: own.map((probe) => probe.id),
      uptime: { day: 0.9981, week: 0.9993, month: 0.9988, quarter: 0.9991 },
      errorBudgetLeft: worst === 'down' ? -0.12 : 0.3 + random() * 0.6,
    });
    probes.push(...own);
  };
  for (const entry of [...seeds].reverse()) addService(entry);
  for (let index = 0; index * 10 < many; index += 1) {
    addService({
      service: `Tenant ${String(index + 1).padStart(3, '0')}`,
      criticality: 'medium',
      description: '',
      needs: [],
      probes: Array.from({ length: 10 }, (_, at) => [`tenant-${index + 1}-node-${at + 1}`, 'http', 'up', 60]),
    });
  }
  probes.push(probeOf(['This host', 'host', 'up', 0], null), probeOf(['Custos', 'process', 'up', 0], null));
  services.reverse();

  const rules = rulesOf();
  const [downRule, slowRule, , , diskRule] = rules as [RuleView, RuleView, RuleView, RuleView, RuleView];
  const find = (name: string): ProbeView | undefined => probes.find((probe) => probe.name === name);
  const channels = channelsOf();
  const alerts = [
    alertOf(downRule, find('Checkout API'), {}),
    alertOf(slowRule, find('shop.example.com search'), {
      severity: 'medium',
      state: 'acknowledged',
      summary: 'shop.example.com search is slow',
      value: 1240,
      threshold: 800,
      startedAt: start - 26 * minute,
      acknowledgedAt: start - 20 * minute,
      acknowledgedBy: 'Ada Lovelace',
    }),
    alertOf(diskRule, find('This host'), {
      severity: 'high',
      state: 'pending',
      summary: 'Disk / of this host is filling',
      description: 'cpu',
      value: 86,
      threshold: 85,
      firedAt: null,
      delivery: null,
      flapping: true,
    }),
    ...Array.from({ length: 14 }, (_, index) =>
      alertOf(downRule, probes[index % probes.length], {
        state: 'resolved',
        severity: (['high', 'medium', 'low', 'critical'] as const)[index % 4] ?? 'low',
        startedAt: start - (index + 1) * 7 * 3_600_000,
        firedAt: start - (index + 1) * 7 * 3_600_000,
        resolvedAt: start - (index + 1) * 7 * 3_600_000 + 9 * minute,
        delivery: index === 3 ? 'failed' : 'delivered',
      }),
    ),
  ];
  const deliveries = alerts.flatMap((alert, index) =>
    channels.slice(0, index % 3 === 0 ? 3 : 2).map((channel, at) =>
      deliveryOf(alert, channel, {
        event: alert.state === 'resolved' ? 'resolved' : 'firing',
        ...(at === 2
          ? {
              state: 'failed-over' as const,
              attempts: 5,
              lastError: '500 Internal Server Error',
              latencyMs: null,
            }
          : {}),
        ...(index === 0 && at === 1
          ? {
              state: 'pending' as const,
              attempts: 2,
              settledAt: null,
              nextAttemptAt: start + 40_000,
              lastError: 'connect ETIMEDOUT',
              latencyMs: null,
            }
          : {}),
      }),
    ),
  );
  const back = services.find((service) => service.name === 'Back office');
  return {
    services,
    probes,
    alerts,
    channels,
    rules,
    deliveries,
    maintenance: [
      {
        id: makeId('mnt'),
        title: 'Stock system update',
        schedule: { type: 'once', startsAt: start - 20 * minute, endsAt: start + 40 * minute },
        serviceIds: [],
        probeIds: [find('Stock import')?.id ?? ''],
        everything: false,
        origin: 'dashboard',
        active: true,
        nextStartsAt: start - 20 * minute,
        nextEndsAt: start + 40 * minute,
        createdAt: start - day,
      },
      {
        id: makeId('mnt'),
        title: 'Weekly database upkeep',
        schedule: { type: 'recurring', cron: '0 3 * * 0', durationMs: 3_600_000, timeZone: 'Europe/Berlin' },
        serviceIds: back === undefined ? [] : [back.id],
        probeIds: [],
        everything: false,
        origin: 'configuration',
        active: false,
        nextStartsAt: start + 2 * day,
        nextEndsAt: start + 2 * day + 3_600_000,
        createdAt: start - 60 * day,
      },
    ],
  };
}
