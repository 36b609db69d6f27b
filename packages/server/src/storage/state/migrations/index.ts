import type { Migration } from '../migrate.ts';
import { accessMigration } from './0004-access.ts';
import { notifyMigration } from './0006-notify.ts';
import { jobsMigration } from './0001-jobs.ts';
import { secretsMigration } from './0002-secrets.ts';
import { auditMigration } from './0003-audit.ts';
import { probesMigration } from './0005-probes.ts';
import { alertingMigration } from './0007-alerting.ts';
import { settingsMigration } from './0008-settings.ts';

/** Every step of the schema, in order. A later version only appends. */
export const migrations: readonly Migration[] = [
  jobsMigration,
  secretsMigration,
  auditMigration,
  accessMigration,
  probesMigration,
  notifyMigration,
  alertingMigration,
  settingsMigration,
];
