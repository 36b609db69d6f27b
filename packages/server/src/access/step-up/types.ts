/**
 * Words of this part.
 *
 * - **marked act**: a route with `config.stepUp`, which a session left open must not be enough for.
 * - **proof**: a second factor, or the password of a person who has none.
 */

/** When a session last proved who its owner is, as the proof counts for marked acts. */
export interface Proofs {
  /** Milliseconds since the epoch; null when the session is unknown or has proven nothing that counts. */
  confirmedAt(sessionId: string): Promise<number | null>;
}
