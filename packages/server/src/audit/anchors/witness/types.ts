import type { NoteVerifier } from '../../log/formats/keys.ts';

/**
 * Being a witness: cosigning other people's logs.
 *
 * - witnessed log: an origin and the keys that may sign its checkpoints, from configuration
 * - head: the newest checkpoint of a log that this witness cosigned
 * - contradiction: a signed checkpoint that does not continue the head; kept as evidence
 */
export interface WitnessedLog {
  readonly origin: string;
  readonly keys: readonly NoteVerifier[];
}

/** What this witness knows of one log. */
export interface WitnessedLogStatus {
  readonly origin: string;
  /** Null before the first checkpoint was cosigned. */
  readonly head: {
    readonly size: number;
    readonly root: Buffer;
    /** The log's signed note. */
    readonly note: string;
    readonly firstAt: number;
    readonly cosignedAt: number;
    /** How many checkpoints were cosigned. */
    readonly cosigned: number;
  } | null;
  readonly contradictions: number;
}

/** Evidence against a log, or against somebody who holds its key. */
export interface Contradiction {
  readonly id: string;
  readonly origin: string;
  /**
   * True: the log signed two roots for one size, which both notes prove to anyone. False: the consistency
   * proof that was sent does not verify, which a log that merely sent a wrong proof would also cause.
   */
  readonly proven: boolean;
  /** The request as it was sent, with the log's signature. */
  readonly request: string;
  /** What had been cosigned when it came; null when nothing. */
  readonly known: { readonly size: number; readonly note: string } | null;
  readonly at: number;
}
