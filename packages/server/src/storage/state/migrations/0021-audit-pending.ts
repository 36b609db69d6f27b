import { sql } from 'kysely';
import type { Migration } from '../migrate.ts';

/**
 * Audit entries that are committed and have no index yet, and how far each log was relayed. On PostgreSQL
 * also the journal of the ledger itself, which several nodes share.
 */
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
    if (dialect === 'sqlite') return;

    // One row: who writes a frame holds it locked.
    await sql`create table audit_journal (
      one integer primary key check (one = 1),
      journal_id bytea not null,
      next_sequence bigint not null,
      seal_epoch integer not null,
      seal_key bytea not null,
      seal_secret bytea
    )`.execute(db);
    await sql`create table audit_frame (
      sequence bigint primary key,
      bytes bytea not null,
      tickets text not null
    )`.execute(db);
    // The newest checkpoint of each origin: the high-water mark. Sequence: the frame behind which it stands.
    await sql`create table audit_head (
      origin text primary key,
      log text not null,
      size bigint not null,
      sequence bigint not null,
      text text not null,
      note text not null,
      signed_at bigint not null
    )`.execute(db);
  },
};
