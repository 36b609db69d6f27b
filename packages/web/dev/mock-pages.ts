import {
  permissionNames,
  permissions,
  roleNames,
  type ApiTokenView,
  type DeadJobView,
  type IdentityView,
  type JobRunView,
  type JobScheduleView,
  type Overview,
  type RoleView,
  type SessionView,
  type Settings,
  type Status,
  type SystemStatus,
  type UserView,
} from '@custos/contract';
import { makeId } from './chance.ts';
import type { World } from './world.ts';

const start = Date.now();
const hour = 3_600_000;
const readOnly = permissionNames.filter((name) => name.endsWith('.read') && name !== 'user.read');

const users: UserView[] = [
  ['Ada Lovelace', 'ada@example.com', 'super-admin', false],
  ['Grace Hopper', 'grace@example.com', 'admin', false],
  ['Alan Turing', 'alan@example.com', 'viewer', true],
].map(([name, email, role, disabled]) => ({
  id: makeId('usr'),
  name: String(name),
  email: String(email),
  role: role as UserView['role'],
  disabled: disabled === true,
  createdAt: start - 90 * 24 * hour,
  lastSignInAt: disabled === true ? null : start - 2 * hour,
}));

const roles: RoleView[] = roleNames.map((name) => ({
  name,
  title: name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase()),
  description: `What a ${name} may do.`,
  permissions: name === 'super-admin' || name === 'admin' ? permissionNames : readOnly,
  builtIn: true,
  reach: {},
}));

const tokens: ApiTokenView[] = [
  {
    id: makeId('tok'),
    name: 'Deploy pipeline',
    userId: users[0]?.id ?? '',
    permissions: ['probe.edit', 'maintenance.edit'],
    hint: 'cst_8f2k',
    addresses: [],
    createdAt: start - 20 * 24 * hour,
    expiresAt: start + 70 * 24 * hour,
    lastUsedAt: start - 3 * hour,
  },
];

const sessions: SessionView[] = [
  {
    id: makeId('ses'),
    current: true,
    createdAt: start - 5 * hour,
    lastSeenAt: start - 3000,
    expiresAt: start + 20 * hour,
    address: '10.0.4.18',
    device: 'Firefox 151 on Linux',
  },
  {
    id: makeId('ses'),
    current: false,
    createdAt: start - 60 * hour,
    lastSeenAt: start - 9 * hour,
    expiresAt: start + 4 * hour,
    address: '10.0.4.77',
    device: 'Safari on iPhone',
  },
];

export const people = {
  users,
  roles,
  tokens,
  sessions,
  me: (viewer = false): IdentityView => ({
    userId: users[0]?.id ?? '',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    role: viewer ? 'viewer' : 'super-admin',
    permissions: viewer ? readOnly : (Object.keys(permissions) as IdentityView['permissions']),
  }),
};

const settings: Settings = {
  publicUrl: 'https://custos.example.com',
  installationName: 'Shop production',
  timeZone: 'Europe/Berlin',
  internalTargets: ['10.0.0.0/8'],
};
const schedules: JobScheduleView[] = [
  'probes.rollup-days',
  'outbox.sweep',
  'sessions.expire',
  'results.prune',
].map((name, index) => ({
  name,
  timing: index === 1 ? 'every 30s' : '0 3 * * *',
  timeZone: 'UTC',
  nextRunAt: start + index * hour + 9000,
  lastRunAt: start - hour,
  lastOutcome: index === 2 ? 'failed' : 'succeeded',
  missed: index === 3 ? 2 : 0,
}));
const runs: JobRunView[] = Array.from({ length: 24 }, (_, index) => ({
  id: makeId('run'),
  jobId: makeId('job'),
  schedule: schedules[index % 4]?.name ?? null,
  dueAt: start - index * 0.3 * hour,
  kind: schedules[index % 4]?.name ?? '',
  attempt: 1,
  node: 'node-1',
  startedAt: start - index * 0.3 * hour,
  finishedAt: start - index * 0.3 * hour + 900,
  durationMs: index === 0 ? null : 900 + index * 40,
  outcome: index % 9 === 4 ? 'failed' : 'succeeded',
  error: index % 9 === 4 ? 'connect ECONNREFUSED 127.0.0.1:8123' : null,
}));
const dead: DeadJobView[] = [
  {
    id: makeId('job'),
    kind: 'results.prune',
    attempts: 8,
    failedAt: start - 6 * hour,
    error: 'columns_unavailable: the columns store does not answer',
  },
];

export const system = {
  settings,
  schedules,
  runs,
  dead,
  status: (state: string): SystemStatus => ({
    version: '0.1.0',
    node: '26.10.0',
    startedAt: start - 52 * hour,
    state: { dialect: 'sqlite', ok: true, error: null },
    columns: {
      kind: 'embedded',
      state: state === 'columns-down' ? 'restarting' : 'up',
      restarts: state === 'columns-down' ? 3 : 0,
      lastError: state === 'columns-down' ? 'exited with signal SIGKILL' : null,
      spooledBytes: state === 'columns-down' ? 4_200_000 : 0,
      memoryBytes: 268_000_000,
    },
    process: { memoryBytes: 148_000_000, heapBytes: 61_000_000, uptimeMs: 52 * hour, eventLoopDelayMs: 1.9 },
    jobs: { pending: 2, running: 1, dead: 1 },
    outbox: { pending: 1, oldestAgeMs: 4200 },
  }),
};

/** The overview as the server would answer it. */
export function overviewOf(world: World, state: string): Overview {
  const empty = state === 'empty';
  const probes = empty ? [] : world.probes;
  const counts: Record<Status, number> = {
    up: 0,
    degraded: 0,
    down: 0,
    blocked: 0,
    paused: 0,
    maintenance: 0,
    unknown: 0,
  };
  for (const probe of probes) counts[probe.status] += 1;
  const line = (probe: World['probes'][number]): Overview['services'][number]['probes'][number] => ({
    id: probe.id,
    name: probe.name,
    kind: probe.kind,
    status: probe.status,
    statusReason: probe.statusReason,
    statusSince: probe.statusSince,
    latencyMs: probe.lastResult?.latencyMs ?? null,
    uptimeDay: probe.uptime.day,
    beats: probe.beats,
  });
  const services: Overview['services'] = world.services.map((service) => ({
    id: service.id,
    name: service.name,
    criticality: service.criticality,
    status: service.status,
    statusReason: service.statusReason,
    statusSince: service.statusSince,
    uptime: service.uptime,
    probes: probes.filter((probe) => probe.serviceId === service.id).map(line),
  }));
  services.push({
    id: null,
    name: 'Everything else',
    criticality: 'medium',
    status: 'up',
    statusReason: '',
    statusSince: null,
    uptime: { day: 1, week: 1, month: 1, quarter: 1 },
    probes: probes.filter((probe) => probe.serviceId === null).map(line),
  });
  const openAlerts = empty ? [] : world.alerts.filter((alert) => alert.state !== 'resolved');
  return {
    status: empty ? 'unknown' : counts.down > 0 ? 'critical' : counts.degraded > 0 ? 'warning' : 'healthy',
    at: Date.now(),
    services: empty ? [] : services,
    openAlerts,
    figures: {
      probes: counts,
      averageLatencyMs: empty ? null : 96,
      uptimeDay: empty ? null : 0.9984,
      alertsDay: empty ? 0 : 9,
      bySeverity: empty ? {} : { critical: 1, high: 3, medium: 5 },
      deliveries: {
        delivered: empty ? 0 : 41,
        failed: empty ? 0 : 1,
        pending: 0,
        p50LatencyMs: empty ? null : 412,
      },
    },
    host: empty
      ? { cpuPercent: null, memoryPercent: null, diskPercent: null, load1: null }
      : { cpuPercent: 34, memoryPercent: 61, diskPercent: 86, load1: 1.42 },
    degraded:
      state === 'columns-down'
        ? [
            {
              part: 'Columns',
              reason: 'The columns store does not answer; history and charts wait. Checks and alerts go on.',
            },
          ]
        : [],
  };
}
