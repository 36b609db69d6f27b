import { z } from 'zod';

/**
 * What a person or token may do. Checks always use a permission, never a role's rank. The names are
 * `noun.verb`; a role is a set of them, kept as data (OWASP ASVS 5.0, 8.1 and 8.2).
 */
export const permissions = {
  'dashboard.read': 'See the overview, services, probes and their history',
  'alert.read': 'See alerts and their history',
  'alert.acknowledge': 'Acknowledge and resolve alerts',
  'delivery.read': 'See notifications and every attempt to deliver them',
  'delivery.retry': 'Send a failed notification again',
  'probe.edit': 'Create, change, pause and delete probes and services',
  'probe.run': 'Run a probe now, or try one that is not saved',
  'maintenance.edit': 'Plan and end maintenance windows',
  'rule.edit': 'Create, change and delete alert rules',
  'channel.read': 'See notification channels, without their secrets',
  'channel.edit': 'Create, change, test and delete notification channels',
  'metric.read': 'Query metrics and see dashboards made of them',
  'log.read': 'Search logs and traces',
  'log.sql': 'Ask the log store in SQL',
  'telemetry.ingest': 'Send metrics, logs and traces',
  'telemetry.manage': 'Change how long telemetry is kept, and see who sends what',
  'dashboard.edit': 'Make, change and share dashboards and log searches',
  'job.read': 'See jobs, schedules and their runs',
  'job.manage': 'Replay or discard failed jobs',
  'audit.read': 'Read the audit log and export what is seen',
  'audit.write': 'Send events to the audit log',
  'ledger.manage': 'Verify the ledger, rebuild its index and back it up',
  'hold.manage': 'Place and release legal holds',
  'data.erase': 'Erase what the vault has about a person',
  'user.read': 'See users and roles',
  'user.manage': 'Create, change and disable users, and give them roles',
  'token.own': 'Make and revoke own API tokens',
  'token.manage': 'See and revoke everybody’s API tokens',
  'system.read': 'See the state of Custos itself: stores, storage, versions',
  'system.configure': 'Change the settings of the installation',
  'pii.read': 'See personal data unmasked',
  'data.export': 'Export data in bulk',
  'investigation.read': 'Read investigations',
  'investigation.create': 'Create investigations and add findings',
  'investigation.modify': 'Change investigations',
  'investigation.delete': 'Delete investigations',
} as const;

export type Permission = keyof typeof permissions;
export const permissionNames = Object.keys(permissions) as Permission[];
export const permission = z.enum(permissionNames as [Permission, ...Permission[]]);

/** The six roles of the ladder and the read-only auditor. */
export const roleNames = [
  'viewer',
  'analyst',
  'senior-analyst',
  'investigator',
  'admin',
  'super-admin',
  'auditor',
] as const;
export type BuiltInRoleName = (typeof roleNames)[number];

/** The name of a role: a built-in one, or one that this installation made. */
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'must be 2 to 40 small letters, digits and hyphens, such as night-shift');
export type RoleName = z.infer<typeof roleName>;
