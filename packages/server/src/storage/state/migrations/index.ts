import type { Migration } from '../migrate.ts';
import { notifyMigration } from './0006-notify.ts';
import { jobsMigration } from './0001-jobs.ts';
import { secretsMigration } from './0002-secrets.ts';
import { alertingMigration } from './0007-alerting.ts';

/** Every step of the schema, in order. A later version only appends. */
export const migrations: readonly Migration[] = [jobsMigration, secretsMigration, notifyMigration, alertingMigration];
