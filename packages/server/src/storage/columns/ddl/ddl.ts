/** One step of the schema of columns. Steps are never edited after a release; a later step mends. */
export interface SchemaStep {
  /** Such as `0001-probe-results`; the order of the ids is the order of the steps. */
  readonly id: string;
  /** Statements that do no harm when they run twice, since a kill may fall between them. */
  readonly statements: readonly string[];
  /** Tables that take rows through the spool; they have the columns of `spoolColumns`. */
  readonly spooled: readonly string[];
  /**
   * Tables that take rows through the spool and where a row that arrives twice is one row, for whoever reads
   * it. Their rows are sent as they are and, in doubt, sent again without being looked up.
   */
  readonly repeatable?: readonly string[];
}

/**
 * Where a row stood in the spool. `(spool_id, spool_row)` is unique over all nodes and times, so a block
 * whose fate is unknown is looked up before it is sent again and only what is missing is sent. Both
 * columns are constant or rising within a part and compress to almost nothing; the skip index lets the
 * look-up touch a part or two.
 */
export const spoolColumns = `
  spool_id LowCardinality(String) CODEC(ZSTD(1)),
  spool_row UInt64 CODEC(Delta, ZSTD(1)),
  INDEX spool_id_set spool_id TYPE set(64) GRANULARITY 64,
  INDEX spool_row_minmax spool_row TYPE minmax GRANULARITY 1`;

/**
 * Settings of every table: an insert is on disk, with its directory, before it is acknowledged. They are
 * the table's and not the session's, so no caller can forget them.
 */
export const durable = 'fsync_after_insert = 1, fsync_part_directory = 1';
