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

  const insert = async (connection: Connection, rows: Buffer, token: string): Promise<void> => {
    try {
      await connection.insertRows(table, rows, token);
    } catch (error) {
      if (error instanceof CustosError && error.code === 'columns_unavailable')
        link.suspect(connection, error);
      throw error;
    }
  };

  return {
    async send(block, { from, to }, signal) {
      const connection = await link.whenUp(signal);
      const { segment, firstRow } = block;
      const first = firstRow + from;
      if (repeatable) {
        spool.attempt(block);
        const rows = gathered(block, { from, to }, () => '');
        await insert(connection, rows, `${segment.id}-${first}-${firstRow + to - 1}`);
        return;
      }
      const present = block.attempted
        ? await presentRows(connection, segment.id, [first, firstRow + to - 1])
        : new Set<number>();

      let missing = 0;
      let last = first;
      const rows = gathered(block, { from, to }, (index) => {
        const row = firstRow + index;
        if (present.has(row)) return undefined;
        missing += 1;
        last = row;
        return `"spool_id":"${segment.id}","spool_row":${row}`;
      });
      if (missing === 0) return;

      spool.attempt(block);
      await insert(connection, rows, `${segment.id}-${first}-${last}-${missing}`);
    },
  };
}

/** `"spool_id":"0123456789abcdef","spool_row":` and a row number. */
const placeLimitBytes = 64;

/** Rows of a block, each an object that begins with what `place` says of it and a line feed; none where it is undefined. */
function gathered(
  { rows: { buffer, starts, ends } }: Block,
  { from, to }: { readonly from: number; readonly to: number },
  place: (index: number) => string | undefined,
): Buffer {
  const span = (ends[to - 1] ?? 0) - (starts[from] ?? 0);
  const gathering = Buffer.allocUnsafe(span + (to - from) * (placeLimitBytes + 3));
  let at = 0;
  for (let index = from; index < to; index += 1) {
    const text = place(index);
    if (text === undefined) continue;
    const start = starts[index]!;
    const end = ends[index]!;
    if (text === '') at += buffer.copy(gathering, at, start, end);
    else {
      const isEmpty = end - start === 2;
      at += gathering.write(isEmpty ? `{${text}` : `{${text},`, at, 'latin1');
      at += buffer.copy(gathering, at, start + 1, end);
    }
    gathering[at] = 10;
    at += 1;
  }
  return gathering.subarray(0, at);
}
