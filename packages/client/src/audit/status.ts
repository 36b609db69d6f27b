/** What a recorder has done since it was made. Every event that was offered is in exactly one of the first six. */
export interface RecorderCounters {
  /** On record at the server. */
  recorded: number;
  /** Refused by the server for good. */
  rejected: number;
  /** Dropped by the server's rate limit. */
  dropped: number;
  /** In memory when the recorder was closed, and not sent. */
  lost: number;
  /** Never taken: unfit, the recorder full or closed, the disk failing. */
  notTaken: number;
  /** Batches that the server answered. */
  batches: number;
  /** Tries that failed and were repeated. */
  retries: number;
}

export interface RecorderStatus {
  /**
   * `idle`: nothing waits, or a batch is not due yet. `sending`: a batch is under way. `retrying`: the server
   * does not answer or asked to wait. `refused`: it does not let this program record. `closed`.
   */
  readonly state: 'idle' | 'sending' | 'retrying' | 'refused' | 'closed';
  /** Where events wait. */
  readonly keptOn: 'memory' | 'disk';
  readonly waiting: { readonly events: number; readonly bytes: number };
  readonly counters: Readonly<RecorderCounters>;
  /** Why the last try failed; null when it did not. */
  readonly lastError: unknown;
  /** When the server last answered a batch, ms since the epoch; null before the first time. */
  readonly lastAnswerAt: number | null;
}
