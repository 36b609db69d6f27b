import type { AlertView, IngestStatusView, LogRecordView, Overview, SystemStatus } from '@custos/contract';
import type { Line } from './cells.ts';
import type { TopData } from './data.ts';

/** 2026-01-01T00:00:00Z. */
export const sceneTime = 1_767_225_600_000;

const wideName = '決済サービス 🚀 bezahlen é'.normalize('NFD');
const longName = 'payments-gateway-of-the-second-data-centre-behind-the-old-proxy '.repeat(3);
const nasty = 'refused\nat \u001B[2Jline 2\tof \uD800 many '.repeat(4);

type Probe = Overview['services'][number]['probes'][number];

function probe(name: string, changed: Partial<Probe> = {}): Probe {
  return {
    id: name.slice(0, 8),
    name,
    kind: 'http',
    status: 'up',
    statusReason: '',
    statusSince: sceneTime - 180_000,
    latencyMs: 12,
    uptimeDay: 0.99,
    beats: (['up', 'down', 'degraded', 'inconclusive', 'maintenance'] as const).map((status, at) => ({
      at: sceneTime - at,
      status,
      latencyMs: 1,
    })),
    ...changed,
  };
}

const overview: Overview = {
  status: 'critical',
  at: sceneTime,
  services: [
    {
      id: 'svc',
      name: wideName,
      criticality: 'high',
      status: 'down',
      statusReason: '',
      statusSince: null,
      uptime: { day: 1, week: null, month: null, quarter: null },
      probes: [
        probe('fine'),
        probe(wideName, { status: 'degraded', statusReason: wideName.repeat(5) }),
        probe(longName, { status: 'down', statusReason: nasty }),
        ...Array.from({ length: 30 }, (_, at) => probe(`more ${at}`)),
      ],
    },
  ],
  openAlerts: [],
  figures: {
    probes: { up: 31, degraded: 1, down: 1, blocked: 0, paused: 0, maintenance: 0, unknown: 0 },
    averageLatencyMs: 12.4,
    uptimeDay: 0.9987,
    alertsDay: 3,
    bySeverity: {},
    deliveries: { pending: 0, delivered: 0, failed: 0 } as never,
  },
  host: { cpuPercent: 12, memoryPercent: null, diskPercent: 71, load1: 0.5 },
  degraded: [{ part: 'columns', reason: nasty }],
};

const alert = (severity: AlertView['severity'], changed: Partial<AlertView> = {}): AlertView => ({
  id: 'alt',
  ruleId: 'rul',
  ruleName: 'Down for long',
  state: 'firing',
  severity,
  labels: {},
  summary: `${severity}: ${wideName} is down. ${longName}`,
  description: '',
  probeId: null,
  serviceId: null,
  value: null,
  threshold: null,
  flapping: false,
  startedAt: sceneTime - 7_200_000,
  firedAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  resolvedAt: null,
  delivery: null,
  ...changed,
});

const source = (name: string, changed: object): IngestStatusView['sources'][number] => ({
  door: 'remote-write',
  signal: 'metrics',
  name,
  firstSeenAt: 0,
  lastSeenAt: sceneTime,
  accepted: 5,
  refused: 0,
  bytes: 5,
  perSecond: 1234,
  bytesPerSecond: 98_765,
  history: [],
  refusals: [],
  ...changed,
});

const ingest: IngestStatusView = {
  sources: [
    source('quiet', { perSecond: 0, signal: 'traces', door: 'otlp' }),
    source(longName, {
      refused: 1200,
      refusals: [{ reason: 'out_of_order', count: 1200, lastAt: 1, example: nasty }],
    }),
    source(wideName, { signal: 'logs', door: 'loki', perSecond: 3.25 }),
  ],
  targets: [],
  series: 12_345,
  seriesLimit: 1_000_000,
  spool: { bytes: 2_500_000, limitBytes: 1e9, oldestMs: 5, lastError: null, columnsUp: false },
  addresses: { base: '', syslog: [] },
};

const logs: LogRecordView[] = Array.from({ length: 60 }, (_, at) => ({
  id: String(at),
  time: sceneTime - at * 1000,
  category: 'application',
  severity: (['error', 'warn', 'info'] as const)[at % 3] ?? 'info',
  service: at % 2 === 0 ? wideName : 'shop',
  host: 'web-1',
  traceId: null,
  spanId: null,
  message: at % 2 === 0 ? nasty : `${wideName} ${longName}`,
  attributes: {},
  masked: [],
}));

const system: SystemStatus = {
  version: '0.1.0',
  node: '26',
  startedAt: 0,
  state: { dialect: 'sqlite', ok: true, error: null },
  columns: {
    kind: 'embedded',
    state: 'up',
    restarts: 0,
    lastError: null,
    spooledBytes: 0,
    memoryBytes: null,
  },
  process: { memoryBytes: 263e6, heapBytes: 1, uptimeMs: 3_600_000, eventLoopDelayMs: 1 },
  jobs: { pending: 1, running: 1, dead: 2 },
  outbox: { pending: 3, oldestAgeMs: null },
};

const known = <T>(value: T) => ({ known: true, value }) as const;

/** A bad night: long and wide names, control characters, and more of everything than fits. */
export const busy: TopData = {
  readAt: sceneTime,
  overview: known(overview),
  moreAlerts: false,
  alerts: known([
    alert('low'),
    alert('critical', { state: 'acknowledged', ruleName: 'Taken' }),
    alert('high', { flapping: true }),
    alert('medium', { summary: '' }),
  ]),
  ingest: known(ingest),
  logs: known(logs),
  system: known(system),
};

/** The text of a line without its tones. */
export const textOf = (line: Line): string =>
  line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
