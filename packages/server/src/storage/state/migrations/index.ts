import type { Migration } from '../migrate.ts';
import { accessMigration } from './0004-access.ts';
import { notifyMigration } from './0006-notify.ts';
import { jobsMigration } from './0001-jobs.ts';
import { secretsMigration } from './0002-secrets.ts';
import { probesMigration } from './0005-probes.ts';
import { alertingMigration } from './0007-alerting.ts';
import { settingsMigration } from './0008-settings.ts';
import { auditVaultMigration } from './0020-audit-vault.ts';
import { auditPendingMigration } from './0021-audit-pending.ts';
import { auditWitnessMigration } from './0022-audit-witness.ts';
import { auditSearchesMigration } from './0023-audit-searches.ts';
import { auditEgressMigration } from './0024-audit-egress.ts';
import { auditAnchorsMigration } from './0025-audit-anchors.ts';
import { auditHoldsMigration } from './0027-audit-holds.ts';
import { signInMigration } from './0030-sign-in.ts';
import { decidingMigration } from './0031-deciding.ts';
import { logSearchesMigration } from './0041-log-searches.ts';
import { tokenAddressesMigration } from './0032-token-addresses.ts';
import { dashboardsMigration } from './0040-dashboards.ts';
import { metricRulesMigration } from './0042-metric-rules.ts';
import { logRulesMigration } from './0043-log-rules.ts';
import { telemetryRetentionMigration } from './0044-telemetry-retention.ts';

/** Every step of the schema, in order. A later version only appends. */
export const migrations: readonly Migration[] = [
  jobsMigration,
  secretsMigration,
  accessMigration,
  probesMigration,
  notifyMigration,
  alertingMigration,
  settingsMigration,
  auditVaultMigration,
  auditPendingMigration,
  auditWitnessMigration,
  auditSearchesMigration,
  auditEgressMigration,
  auditAnchorsMigration,
  auditHoldsMigration,
  signInMigration,
  decidingMigration,
  tokenAddressesMigration,
  dashboardsMigration,
  logSearchesMigration,
  metricRulesMigration,
  logRulesMigration,
  telemetryRetentionMigration,
];
