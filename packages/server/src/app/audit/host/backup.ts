import { restoreBackup } from '../../../audit/backup/restore.ts';
import { createBackups, type BackupStore } from '../../../audit/backup/service.ts';
import type { BackupFacts, BackupList, CleanupReport, RestoredBackup } from '../../../audit/backup/types.ts';
import { parsePolicy } from '../../../audit/log/formats/policy.ts';
import { systemClock } from '../../../base/clock.ts';
import { conflict, invalidInput, notFound } from '../../../base/errors.ts';
import { openObjects } from '../../../storage/objects/open.ts';
import type { Options } from '../../options.ts';
import { underField } from '../config/fields.ts';
import { openAuditOperator, type AuditOperator } from './operator.ts';

export type { BackupFacts, BackupList, CleanupReport, RestoredBackup };

/** What a command says instead of what the configuration does. */
export interface BackupChoice {
  /** An absolute path, or an address that begins with file:, s3:, azure: or gs:. */
  readonly address?: string | undefined;
  readonly compression?: 'gzip' | 'zstd' | 'none' | undefined;
  /** 1 to 9. */
  readonly level?: number | undefined;
  /** False: in clear. */
  readonly encrypt?: boolean | undefined;
}

/** Backups of the installation's ledger, beside a running server or without one. Acts are on record. */
export interface BackupOperator {
  create(): Promise<BackupFacts>;
  list(): Promise<BackupList>;
  /** Reads every byte of one; the newest when none is named. Raises `not_found`, `audit_backup_damaged`. */
  check(id?: string): Promise<BackupFacts>;
  /** Restores one, or the newest, into an empty directory, and verifies it. `policy`: default the own keys. */
  restore(request: {
    readonly id?: string | undefined;
    readonly into: string;
    readonly policy?: string | undefined;
  }): Promise<RestoredBackup>;
  cleanup(options: { readonly keep?: number | undefined }): Promise<CleanupReport>;
  close(): Promise<void>;
}

const defaults = { prefix: 'audit-backup/', keep: 14, compression: 'zstd', encrypt: true } as const;

async function openChosen(
  operator: AuditOperator,
  choice: BackupChoice,
): Promise<Omit<BackupOperator, 'close'>> {
  const { options, settings, directory, stores, store } = operator;
  if (store === 'database') {
    throw conflict(
      'The audit logs are in PostgreSQL: back them up with the database (pg_dump, or base backups with continuous archiving).',
    );
  }
  const configured = options.audit.backup;
  const address = choice.address ?? configured?.address;
  if (address === undefined) {
    throw invalidInput([
      { field: 'audit.backup.address', message: 'must be in the configuration, or given with --address' },
    ]);
  }
  const level = choice.level ?? settings.COMPRESSION_LEVEL;
  if (!Number.isInteger(level) || level < 1 || level > 9) {
    throw invalidInput([{ field: 'level', message: 'must be 1 to 9' }]);
  }
  // Credentials of one store are not shown to another.
  const secrets = address === configured?.address ? (configured.secrets ?? {}) : {};
  const where: BackupStore = {
    objects: await underField('address', () => openObjects(address, { clock: systemClock, secrets })),
    prefix: configured?.prefix ?? defaults.prefix,
    keys: stores.keys,
  };
  const backups = createBackups({
    ...where,
    directory,
    compression: { kind: choice.compression ?? configured?.compression ?? defaults.compression, level },
    encrypt: choice.encrypt ?? configured?.encrypt ?? defaults.encrypt,
    clock: systemClock,
  });

  async function chosen(id: string | undefined): Promise<string> {
    const newest = id ?? (await backups.list()).backups[0]?.id;
    if (newest === undefined) throw notFound('backup', 'newest');
    return newest;
  }

  return {
    create: () => operator.onRecord({ action: 'audit-backup.create', details: {} }, () => backups.create()),
    list: () => backups.list(),
    check: async (id) => backups.check(await chosen(id)),
    async restore({ id, into, policy }) {
      const which = await chosen(id);
      const act = { action: 'audit-backup.restore', details: { backup: which } };
      const trusted = policy === undefined ? operator.ownPolicy() : parsePolicy(policy);
      return operator.onRecord(act, () => restoreBackup(where, { id: which, into, policy: trusted }));
    },
    cleanup({ keep = configured?.keep ?? defaults.keep }) {
      const act = { action: 'audit-backup.cleanup', details: { keep } };
      return operator.onRecord(act, () => backups.cleanup({ keep }));
    },
  };
}

/** Raises `conflict` when the ledger is in PostgreSQL, and `invalid_input` when no address is known or one is none. */
export async function openBackupOperator(
  options: Options,
  choice: BackupChoice = {},
): Promise<BackupOperator> {
  const operator = await openAuditOperator(options);
  try {
    return { ...(await openChosen(operator, choice)), close: () => operator.close() };
  } catch (error) {
    await operator.close();
    throw error;
  }
}
