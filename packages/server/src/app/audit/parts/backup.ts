import { createBackups } from '../../../audit/backup/service.ts';
import type { Backups, BackupFacts } from '../../../audit/backup/types.ts';
import type { AuditSettings } from '../../../audit/events/constants.ts';
import type { Ledger } from '../../../audit/log/ledger-types.ts';
import type { Clock } from '../../../base/clock.ts';
import { CustosError } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import type { Jobs } from '../../../jobs/types.ts';
import { openObjects } from '../../../storage/objects/open.ts';
import type { SecretKeys } from '../../../storage/secrets/types.ts';
import { underField } from '../config/fields.ts';
import type { AuditConfiguration } from '../config/configuration.ts';

export interface BackupParts {
  readonly configuration: Pick<AuditConfiguration, 'backup'>;
  readonly settings: Pick<AuditSettings, 'COMPRESSION_LEVEL'>;
  /** Where the journal is. */
  readonly store: 'files' | 'database';
  /** Of the ledger. */
  readonly directory: string;
  /** The installation's keys, newest first. */
  readonly keys: SecretKeys;
  readonly ledger: Pick<Ledger, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly jobs: Pick<Jobs, 'schedule'>;
}

/** How long one backup may take. */
const runTimeoutMs = 12 * 3_600_000;

function inDatabase(): CustosError {
  return new CustosError(
    'audit_backup_in_database',
    'The configuration has audit.backup, and the audit logs are in PostgreSQL: back them up with the database (pg_dump, or base backups with continuous archiving), and take audit.backup out.',
    { status: 409 },
  );
}

/**
 * Makes the backups of the configuration and schedules them and the cleanup of old ones. Null when it names
 * none. Raises `audit_backup_in_database`, and `invalid_input` when the address cannot be.
 */
export async function joinBackup(parts: BackupParts): Promise<Backups | null> {
  const { configuration, settings, store, directory, keys, ledger, clock, jobs } = parts;
  if (configuration.backup === undefined) return null;
  if (store === 'database') throw inDatabase();
  const { address, secrets = {}, prefix, compression, encrypt, everyHours, keep } = configuration.backup;
  const log = parts.log.child({ part: 'audit-backup' });
  const backups = createBackups({
    directory,
    objects: await underField('audit.backup.address', () => openObjects(address, { clock, secrets })),
    prefix,
    keys,
    compression: { kind: compression, level: settings.COMPRESSION_LEVEL },
    encrypt,
    clock,
    publish: () => ledger.publish(),
  });
  const schedule = { everyMs: everyHours * 3_600_000, timeoutMs: runTimeoutMs, toleranceMs: 3_600_000 };
  let running: Promise<BackupFacts> | undefined;
  jobs.schedule({
    name: 'audit.backup',
    ...schedule,
    async run() {
      // One that took longer than its time goes on, and is this one.
      running ??= backups.create().finally(() => (running = undefined));
      const { id, bytes, plainBytes } = await running;
      log.info({ backup: id, bytes, plainBytes }, 'the ledger was backed up');
    },
  });
  // By itself, so that what is wrong with an old backup does not have a new one made again and again.
  jobs.schedule({
    name: 'audit.backup-cleanup',
    ...schedule,
    retry: { maxAttempts: 1 },
    async run() {
      const { removed, damaged } = await backups.cleanup({ keep });
      if (removed.length > 0) log.info({ removed }, 'old backups of the ledger were removed');
      if (damaged.length === 0) return;
      throw new Error(
        `These backups of the ledger are damaged and were left for you to look at: ${damaged.join(', ')}.`,
      );
    },
  });
  return backups;
}
