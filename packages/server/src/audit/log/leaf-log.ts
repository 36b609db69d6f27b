import type { StateTx } from '../../storage/state/state.ts';
import type { Acknowledgement } from './types.ts';

/** Where an entry went. */
export type Placed = Acknowledgement;

/**
 * Takes entries into logs, alone or as part of a State transaction. One caller's entries of one log keep
 * their order, whichever of the two ways they take. Entries must differ from one another, as those with
 * an id of their own do: after a crash they are told apart by their hash.
 */
export interface LeafLog {
  /**
   * Durable when it resolves; entries of one call have consecutive indexes. Never call it inside a State
   * transaction that then waits for it: that is what `appendWith` is for.
   */
  append(log: string, leaves: readonly Uint8Array[]): Promise<readonly Placed[]>;
  /** Part of the caller's State transaction: in the log, once, if and only if it commits, shortly after. */
  appendWith(tx: StateTx, log: string, leaf: Uint8Array): Promise<void>;
  /** Resolves when everything that was committed before this call has an index. */
  settle(): Promise<void>;
  /** Resolves when what an earlier process left behind is in order. Call it before anything is appended. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
