import { CustosError, invalidInput, unavailable } from '../../base/errors.ts';

/** A note, proof, key or policy that is not of its format; the message says what would be right. */
export function malformed(what: string, message: string): CustosError {
  return new CustosError('malformed_record', `The ${what} cannot be read: ${message}.`, { status: 422 });
}

/** An entry that no log can keep, or a log that does not exist. */
export function unfitEntry(field: string, message: string): CustosError {
  return invalidInput([{ field, message }], `The entry cannot be kept: ${field} ${message}`);
}

/** The journal met a storage error: nothing is acknowledged any more until the ledger is opened anew. */
export function ledgerFailed(cause: unknown): CustosError {
  return unavailable(
    'ledger_failed',
    'The ledger could not write to its storage and has stopped; nothing more is accepted until it is opened again.',
    cause,
  );
}

export function ledgerClosed(): CustosError {
  return unavailable('ledger_closed', 'The ledger is closed.');
}

/** More is waiting to be written than may be held in memory. */
export function ledgerOverloaded(): CustosError {
  return unavailable('overloaded', 'More audit entries are waiting for the disk than may be held in memory.');
}

/** Stored bytes of the ledger are not what was written. */
export function ledgerDamaged(where: string, what: string): CustosError {
  return new CustosError(
    'ledger_damaged',
    `The ledger is damaged (${where}): ${what}. Nothing was changed; restore it or run a verification to see which entries are touched.`,
    { status: 500 },
  );
}

/** What the ledger holds is behind, or another than, what it is known to have signed. */
export interface HeadConflict {
  readonly log: string;
  readonly origin: string;
  /** Who knows the other head: `high-water mark`, or the name of a witness or anchor. */
  readonly source: string;
  readonly known: { readonly size: number; readonly root: Buffer | null };
  readonly own: { readonly size: number; readonly root: Buffer };
}

/** Signing would fork the log, so the ledger does not open. Carries what was found. */
export class LedgerForkError extends CustosError {
  readonly conflict: HeadConflict;

  constructor(code: 'ledger_behind' | 'ledger_forked', message: string, conflict: HeadConflict) {
    super(code, message, { status: 500 });
    this.name = 'LedgerForkError';
    this.conflict = conflict;
  }
}

const explicitResume = 'Restore the newest state, or resume under a new origin, which records the old head.';

/** The ledger has fewer entries than were signed: it was restored or cut. */
export function ledgerBehind(conflict: HeadConflict): LedgerForkError {
  return new LedgerForkError(
    'ledger_behind',
    `The log ${conflict.origin} has ${conflict.own.size} entries, but ${conflict.source} knows ${conflict.known.size}. ${explicitResume}`,
    conflict,
  );
}

/** The ledger's entries are not those that were signed. */
export function ledgerForked(conflict: HeadConflict): LedgerForkError {
  return new LedgerForkError(
    'ledger_forked',
    `The log ${conflict.origin} is not the one that ${conflict.source} knows at size ${conflict.known.size}. ${explicitResume}`,
    conflict,
  );
}

/** The entry, tile or proof is below the minimum index of the log, or beyond its end. */
export function outOfLog(what: string): CustosError {
  return new CustosError('not_found', `The log has no ${what}.`, { status: 404 });
}

/** The entry is durable, and too few witnesses have signed for it in the time that the caller gave. */
export function witnessesMissing(
  place: { readonly log: string; readonly index: number },
  missing: readonly string[],
  timeoutMs: number,
): CustosError {
  return unavailable(
    'witnesses_missing',
    `The entry is durable at index ${place.index} of the log "${place.log}" and must not be sent again. ` +
      `Within ${timeoutMs} ms the quorum of witnesses has not signed a checkpoint that has it; ` +
      `not heard of: ${missing.join(', ')}.`,
  );
}
