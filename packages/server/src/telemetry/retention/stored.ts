import { logCategories } from '@custos/contract';
import type { Columns } from '../../storage/columns/columns.ts';
import type { StoredDay, StoredKind } from './types.ts';

const kindOfTable: Readonly<Record<string, StoredKind>> = {
  metric_sample: 'metrics',
  metric_series: 'metrics',
  span: 'traces',
};
const categories: readonly string[] = logCategories;

interface PartitionRow {
  readonly table: string;
  readonly partition: string;
  readonly partition_id: string;
  readonly rows: number;
  readonly bytes: number;
  readonly uncompressed: number;
  readonly oldest: number;
  readonly newest: number;
}

/** What is stored of telemetry, by kind and day. Raises as `Columns.query` does. */
export async function readStoredDays(columns: Pick<Columns, 'query'>): Promise<readonly StoredDay[]> {
  const rows = await columns.query<PartitionRow>(
    `SELECT table, partition, partition_id, sum(rows) AS rows, sum(bytes_on_disk) AS bytes,
       sum(data_uncompressed_bytes) AS uncompressed,
       toUnixTimestamp(min(min_time)) * 1000 AS oldest, toUnixTimestamp(max(max_time)) * 1000 AS newest
     FROM system.parts
     WHERE active AND database = currentDatabase()
       AND table IN ('metric_sample', 'metric_series', 'span', 'log_record')
     GROUP BY table, partition, partition_id`,
  );
  return rows.flatMap((row) => {
    const [category = ''] = /[a-z]+/.exec(row.partition) ?? [];
    const kind =
      kindOfTable[row.table] ?? (categories.includes(category) ? (category as StoredKind) : undefined);
    if (kind === undefined) return [];
    // `('debug','2026-11-21')`, `2026-11-21`, `20261121`, or a month of names of series.
    const digits = row.partition.replaceAll(/\D/g, '').padEnd(8, '01');
    return [
      {
        kind,
        table: row.table,
        partitionId: row.partition_id,
        day: `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`,
        rows: row.table === 'metric_series' ? 0 : row.rows,
        bytes: row.bytes,
        uncompressedBytes: row.uncompressed,
        oldest: row.oldest,
        newest: row.newest,
      },
    ];
  });
}

/** Bytes of everything in columns, on disk. */
export async function readTotalBytes(columns: Pick<Columns, 'query'>): Promise<number> {
  const [row] = await columns.query<{ bytes: number }>(
    'SELECT sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = currentDatabase()',
  );
  return row?.bytes ?? 0;
}
