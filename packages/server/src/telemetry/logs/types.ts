import type { LogCategory } from '@custos/contract';
import type { IncomingRecord } from '../types.ts';

/**
 * Words of this part.
 *
 * - **category**: what a record is about; by its sender, else by the first category rule that fits it.
 * - **redaction**: secrets and personal data in a record are replaced before anything is kept; `[masked:card]`
 *   stands where a card number stood.
 * - **place**: where a record stood in the spool. It is the record's name: a random id for each would be
 *   the most expensive column of all.
 */

/** A record as it is kept, in the table `log_record`. */
export interface StoredRecord extends IncomingRecord {
  readonly category: LogCategory;
  /** Names of the redaction rules that masked something in it, each once, in alphabetical order. */
  readonly masked: readonly string[];
  /** `${spool_id}-${spool_row}`, see `recordId`. */
  readonly id: string;
}

/** The name of the record at a place of the spool, such as `0123456789abcdef-42`. */
export function recordId(spoolId: string, spoolRow: number): string {
  return `${spoolId}-${spoolRow}`;
}
