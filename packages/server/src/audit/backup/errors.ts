import { CustosError, conflict, invalidInput, notFound } from '../../base/errors.ts';

/** There is no journal in files to be copied. */
export function journalInDatabase(directory: string): CustosError {
  return new CustosError(
    'audit_backup_in_database',
    `There is no journal in ${directory}. With PostgreSQL the audit logs are in the database: back them up with it (pg_dump, or base backups with continuous archiving). What is in this directory is made again from there.`,
    { status: 409 },
  );
}

export function noBackup(id: string): CustosError {
  return notFound('backup', id);
}

/** Something of the backup is gone or not what was written. */
export function backupDamaged(id: string, what: string, cause?: unknown): CustosError {
  return new CustosError('audit_backup_damaged', `The backup ${id} is damaged: ${what}.`, {
    status: 500,
    cause,
  });
}

/** The backup is encrypted with a key that was not given. */
export function backupKeyMissing(id: string, keyId: string): CustosError {
  return new CustosError(
    'secret_key_wrong',
    `The backup ${id} was encrypted with the installation key ${keyId}, which is not among those given. Without that key it cannot be restored.`,
    { status: 500 },
  );
}

/** A backup is restored into an empty directory only. */
export function targetNotEmpty(directory: string): CustosError {
  return conflict(
    `The directory ${directory} is not empty. Restore into an empty one, then put it in place of the ledger's.`,
  );
}

/** The journal grew faster than it could be copied. */
export function backupOvertaken(): CustosError {
  return new CustosError(
    'audit_backup_overtaken',
    'The journal grows faster than it can be copied to the store of backups. Try again when less is written.',
    { status: 503, retryAfterSeconds: 600 },
  );
}

export function badBackupOption(field: string, message: string): CustosError {
  return invalidInput([{ field, message }]);
}
