import type { LogRecordView } from '@custos/contract';
import { notFound } from '../../base/errors.ts';
import type { Columns } from '../../storage/columns/columns.ts';
import { toSql } from './language/to-sql.ts';
import type { Search, TextColumn } from './language/tree.ts';
import { listRecords } from './listing.ts';
import { placeOf } from './place.ts';
import { loadRecords } from './store.ts';
import type { FoundRecord } from './types.ts';

/** How far from a record its surroundings may lie, and how many there are on each side. */
const reachMs = 3_600_000;
const neighbours = 20;

/** The record of a name. Raises `not_found`, also once it is no longer kept. */
export async function recordNamed(columns: Columns, name: string): Promise<FoundRecord> {
  const { timeMs, spoolId, spoolRow } = placeOf(name);
  const [found] = await loadRecords(
    columns,
    {
      sql: 'spool_id = {id:String} AND spool_row = {row:UInt64}',
      parameters: { id: spoolId, row: spoolRow },
    },
    { from: timeMs, to: timeMs + 1, after: null, order: 'newest', limit: 1 },
  );
  if (found === undefined) throw notFound('log record', name);
  return found;
}

/** Records right before and after one, of the same service and host, each oldest first. */
export async function surroundingsOf(
  columns: Columns,
  name: string,
): Promise<{ before: LogRecordView[]; after: LogRecordView[] }> {
  const { place, view } = await recordNamed(columns, name);
  const same = (column: TextColumn, text: string): Search => ({
    kind: 'value',
    of: { kind: 'column', column },
    test: { kind: 'equals', text },
  });
  const search: Search = { kind: 'and', terms: [same('service', view.service), same('host', view.host)] };
  const scope = { search, ...toSql(search), from: place.timeMs - reachMs, to: place.timeMs + reachMs };
  const side = async (order: 'newest' | 'oldest'): Promise<LogRecordView[]> =>
    (await listRecords(columns, scope, { order, limit: neighbours, after: place })).map((one) => one.view);
  const [before, after] = await Promise.all([side('newest'), side('oldest')]);
  return { before: before.toReversed(), after };
}
