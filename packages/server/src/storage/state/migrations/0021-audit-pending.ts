import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/** Audit entries that are committed and have no index yet, and how far each log was relayed. */
export const auditPendingMigration: Migration = {
  id: '0021-audit-pending',
  async up(db, dialect) {
    // Never used again, also after the newest row is gone: the order of the numbers is that of the entries.
    const number =
      dialect === 'sqlite'
        ? sql`seq integer primary key autoincrement`
        : sql`seq bigint generated always as identity primary key`;
    const bytes = dialect === 'sqlite' ? sql`blob` : sql`bytea`;
    await sql`create table audit_pending (
      ${number},
      log text not null,
      entries ${bytes} not null,
      ticket text
    )`.execute(db);
    await sql`create table audit_relay_mark (
      log text primary key,
      size bigint not null
    )`.execute(db);
  },
};
