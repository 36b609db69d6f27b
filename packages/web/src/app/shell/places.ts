import type { Permission } from '@custos/contract';
import {
  IconActivityHeartbeat,
  IconAdjustments,
  IconBell,
  IconBinaryTree,
  IconBook2,
  IconListCheck,
  IconListSearch,
  IconUsers,
  IconCalendarTime,
  IconChartLine,
  IconClock,
  IconDatabase,
  IconDatabaseImport,
  IconLayoutDashboard,
  IconLayoutGrid,
  IconSend,
  IconServer2,
  IconSettings,
  IconShieldExclamation,
  IconSpeakerphone,
  IconTimeline,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  readonly title: string;
  readonly to:
    | '/'
    | '/alerts'
    | '/deliveries'
    | '/services'
    | '/probes'
    | '/explore'
    | '/logs'
    | '/traces'
    | '/dashboards'
    | '/rules'
    | '/maintenance'
    | '/jobs'
    | '/audit'
    | '/ledger'
    | '/security'
    | '/approvals'
    | '/access-review'
    | '/channels'
    | '/ingest'
    | '/storage'
    | '/settings';
  readonly icon: Icon;
  /** Second key after g. */
  readonly key: string;
  readonly permission: Permission;
  /** Pages that belong to it and have no line of their own in the rail. */
  readonly parts?: readonly Part[];
}

export interface Part {
  readonly title: string;
  readonly to: '/metric-rules' | '/log-rules';
  readonly permission: Permission;
}

export interface PlaceGroup {
  readonly title: string;
  readonly places: readonly Place[];
}

/** The rail: groups follow the work. Only what exists is here. */
export const placeGroups: readonly PlaceGroup[] = [
  {
    title: 'Now',
    places: [
      { title: 'Overview', to: '/', icon: IconLayoutGrid, key: 'o', permission: 'dashboard.read' },
      { title: 'Alerts', to: '/alerts', icon: IconBell, key: 'a', permission: 'alert.read' },
      { title: 'Deliveries', to: '/deliveries', icon: IconSend, key: 'd', permission: 'delivery.read' },
      { title: 'Approvals', to: '/approvals', icon: IconUsers, key: 'v', permission: 'dashboard.read' },
    ],
  },
  {
    title: 'Watch',
    places: [
      { title: 'Services', to: '/services', icon: IconServer2, key: 's', permission: 'dashboard.read' },
      { title: 'Probes', to: '/probes', icon: IconActivityHeartbeat, key: 'p', permission: 'dashboard.read' },
      { title: 'Metrics', to: '/explore', icon: IconChartLine, key: 'q', permission: 'metric.read' },
      { title: 'Logs', to: '/logs', icon: IconListSearch, key: 'n', permission: 'log.read' },
      { title: 'Traces', to: '/traces', icon: IconTimeline, key: 't', permission: 'log.read' },
      {
        title: 'Dashboards',
        to: '/dashboards',
        icon: IconLayoutDashboard,
        key: 'h',
        permission: 'metric.read',
      },
      {
        title: 'Rules',
        to: '/rules',
        icon: IconAdjustments,
        key: 'r',
        permission: 'alert.read',
        parts: [
          { title: 'Rules on metrics', to: '/metric-rules', permission: 'metric.read' },
          { title: 'Rules on logs', to: '/log-rules', permission: 'log.read' },
        ],
      },
      {
        title: 'Maintenance',
        to: '/maintenance',
        icon: IconCalendarTime,
        key: 'm',
        permission: 'dashboard.read',
      },
    ],
  },
  {
    title: 'Run',
    places: [
      { title: 'Jobs', to: '/jobs', icon: IconClock, key: 'j', permission: 'job.read' },
      { title: 'Ingest', to: '/ingest', icon: IconDatabaseImport, key: 'i', permission: 'telemetry.manage' },
      { title: 'Storage', to: '/storage', icon: IconDatabase, key: 'b', permission: 'telemetry.manage' },
    ],
  },
  {
    title: 'Prove',
    places: [
      { title: 'Audit log', to: '/audit', icon: IconBook2, key: 'l', permission: 'audit.read' },
      { title: 'Ledger', to: '/ledger', icon: IconBinaryTree, key: 'e', permission: 'audit.read' },
      { title: 'Security', to: '/security', icon: IconShieldExclamation, key: 'y', permission: 'audit.read' },
      {
        title: 'Access review',
        to: '/access-review',
        icon: IconListCheck,
        key: 'w',
        permission: 'user.read',
      },
    ],
  },
  {
    title: 'Settings',
    places: [
      { title: 'Channels', to: '/channels', icon: IconSpeakerphone, key: 'c', permission: 'channel.read' },
      { title: 'Settings', to: '/settings', icon: IconSettings, key: ',', permission: 'dashboard.read' },
    ],
  },
];

const isUnder = (path: string, to: string): boolean =>
  to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);

/** The place that a path is in: under its address, or under that of one of its parts. */
export function placeOf(path: string): { group: PlaceGroup; place: Place } | undefined {
  for (const group of placeGroups) {
    for (const place of group.places) {
      if ([place, ...(place.parts ?? [])].some(({ to }) => isUnder(path, to))) return { group, place };
    }
  }
  return undefined;
}
