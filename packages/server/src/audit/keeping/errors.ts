import { CustosError, conflict, invalidInput } from '../../base/errors.ts';

export function badRule(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], 'The retention of the audit logs is not valid.');
}

export function badHold(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], 'The legal hold is not valid.');
}

/** What the hold is to keep is being taken away at this moment. */
export function pruneUnderWay(log: string): CustosError {
  return conflict(
    `Entries of the log "${log}" that this hold is to keep have expired and are being removed at this moment; they cannot be held any more. Narrow the hold, or place it again when the removal has ended.`,
  );
}

/** The copy in the archive is not what the log holds; nothing was pruned. */
export function archiveMismatch(key: string, what: string): CustosError {
  return new CustosError('audit_archive_mismatch', `The archive is not a true copy (${key}): ${what}.`, {
    status: 500,
  });
}
