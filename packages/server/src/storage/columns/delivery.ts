import { CustosError } from '../../base/errors.ts';
import type { Connection } from './connection.ts';
import type { Link } from './link.ts';
import type { Block, Spool } from './spool.ts';

/** Brings rows of a block to one table so that each is there once. */
export interface Delivery {
  /** Sends rows `from` (included) to `to` (excluded) of the block; returns when the engine has them on disk. */
  send(
    block: Block,
    range: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * How a row is there once although blocks are sent again: every row carries `(spool_id, spool_row)`, and
 * a block that may have been sent before is looked up first, so only what is missing goes out. The
 * look-up is safe because nothing of an earlier attempt can still be running: an embedded engine whose
 * answer was lost is killed, and on a server its query is waited for.
 *
 * Not used: the engine's own deduplication of unreplicated tables. It writes the token to its log before
 * it renames the part into place, so a kill between the two makes it swallow the retry: the rows are lost.
 * The token is sent all the same, since ClickHouse Cloud and replicated tables keep it transactionally.
 */
export function createDelivery(options: {
  readonly table: string;
  readonly link: Link;
  readonly spool: Spool;
  /** A row that arrives twice is one row: no look-up, and no place of the spool in the row. */
  readonly repeatable: boolean;
}): Delivery {
  const { table, link, spool, repeatable } = options;

  const presentRows = async (
    connection: Connection,
    id: string,
    range: readonly [number, number],
  ): Promise<Set<number>> => {
    if (link.kind === 'server') {
      const running = await connection.query<{ n: number }>(
        'SELECT count() AS n FROM system.processes WHERE startsWith(query_id, {id:String})',
        { id },
      );
      if (running[0]?.n !== 0) throw link.unavailable('an earlier insert of the same rows is still running.');
    }
    const rows = await connection.query<{ spool_row: number }>(
      `SELECT spool_row FROM ${table}
       WHERE spool_id = {id:String} AND spool_row BETWEEN {first:UInt64} AND {last:UInt64}`,
      { id, first: range[0], last: range[1] },
    );
    return new Set(rows.map((row) => row.spool_row));
  };

  const insert = async (connection: Connection, lines: readonly string[], token: string): Promise<void> => {
    try {
      await connection.insertLines(table, lines, token);
    } catch (error) {
      if (error instanceof CustosError && error.code === 'columns_unavailable')
        link.suspect(connection, error);
      throw error;
    }
  };

  return {
    async send(block, { from, to }, signal) {
      const connection = await link.whenUp(signal);
      const { segment, firstRow, lines } = block;
      const first = firstRow + from;
      if (repeatable) {
        spool.attempt(block);
        await insert(connection, lines.slice(from, to), `${segment.id}-${first}-${firstRow + to - 1}`);
        return;
      }
      const present = block.attempted
        ? await presentRows(connection, segment.id, [first, firstRow + to - 1])
        : new Set<number>();

      const missing: string[] = [];
      let last = first;
      for (let index = from; index < to; index += 1) {
        const row = firstRow + index;
        if (present.has(row)) continue;
        const line = lines[index] ?? '{}';
        const place = `"spool_id":"${segment.id}","spool_row":${row}`;
        missing.push(line === '{}' ? `{${place}}` : `{${place},${line.slice(1)}`);
        last = row;
      }
      if (missing.length === 0) return;

      spool.attempt(block);
      await insert(connection, missing, `${segment.id}-${first}-${last}-${missing.length}`);
    },
  };
}
