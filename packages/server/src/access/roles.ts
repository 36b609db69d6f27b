import { permissionNames, type Permission, type ReachScope, type RoleName } from '@custos/contract';

/** A built-in role as this version of Custos defines it. */
export interface BuiltInRole {
  readonly name: RoleName;
  readonly title: string;
  readonly description: string;
  readonly permissions: readonly Permission[];
  /** Permissions that reach only a part of the objects. */
  readonly reach?: Readonly<Partial<Record<Permission, ReachScope>>>;
}

const viewer: readonly Permission[] = [
  'dashboard.read',
  'metric.read',
  'alert.read',
  'investigation.read',
  'token.own',
];

const analyst: readonly Permission[] = [
  ...viewer,
  'log.read',
  'dashboard.edit',
  'alert.acknowledge',
  'delivery.read',
  'probe.run',
  'maintenance.edit',
  'investigation.create',
  'investigation.modify',
];

const seniorAnalyst: readonly Permission[] = [...analyst, 'pii.read', 'data.export', 'delivery.retry'];

const investigator: readonly Permission[] = [
  ...seniorAnalyst,
  'investigation.delete',
  'log.sql',
  'probe.edit',
  'rule.edit',
];

/** Runs the installation and does not see personal data or edit cases: the two duties are apart. */
const admin: readonly Permission[] = [
  'dashboard.read',
  'dashboard.edit',
  'metric.read',
  'log.read',
  'telemetry.ingest',
  'telemetry.manage',
  'alert.read',
  'alert.acknowledge',
  'delivery.read',
  'delivery.retry',
  'probe.edit',
  'probe.run',
  'maintenance.edit',
  'rule.edit',
  'channel.read',
  'channel.edit',
  'job.read',
  'job.manage',
  'audit.read',
  'audit.write',
  'ledger.manage',
  'user.read',
  'user.manage',
  'token.own',
  'token.manage',
  'system.read',
  'investigation.read',
];

/** Reads what an audit needs and changes nothing, not even by making a token. */
const auditor: readonly Permission[] = [
  'dashboard.read',
  'metric.read',
  'log.read',
  'alert.read',
  'delivery.read',
  'channel.read',
  'job.read',
  'audit.read',
  'user.read',
  'system.read',
  'investigation.read',
];

/**
 * The roles that every installation has, in the order in which they are shown. They are written to the
 * role table at each start, so a permission that a later version adds reaches them from here.
 */
export const builtInRoles: readonly BuiltInRole[] = [
  {
    name: 'viewer',
    title: 'Viewer',
    description: 'Sees dashboards, alerts and the investigations of their team.',
    permissions: viewer,
    reach: { 'investigation.read': 'team' },
  },
  {
    name: 'analyst',
    title: 'Analyst',
    description: 'Acknowledges alerts, plans maintenance, opens investigations and changes their own.',
    permissions: analyst,
    reach: { 'investigation.modify': 'own' },
  },
  {
    name: 'senior-analyst',
    title: 'Senior analyst',
    description: 'Also sees personal data unmasked, exports data and repeats deliveries.',
    permissions: seniorAnalyst,
  },
  {
    name: 'investigator',
    title: 'Investigator',
    description: 'Also deletes investigations and edits probes and rules.',
    permissions: investigator,
  },
  {
    name: 'admin',
    title: 'Administrator',
    description: 'Runs the installation: users, tokens, channels, jobs. No personal data, no case editing.',
    permissions: admin,
  },
  {
    name: 'super-admin',
    title: 'Super administrator',
    description: 'Everything, including the settings of the installation.',
    permissions: permissionNames,
  },
  {
    name: 'auditor',
    title: 'Auditor',
    description: 'Reads everything an audit needs, including the audit log, and changes nothing.',
    permissions: auditor,
  },
];

/** The role that at least one enabled user always has. */
export const topRole: RoleName = 'super-admin';
