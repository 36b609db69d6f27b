import type { Columns } from '../../storage/columns/columns.ts';
import { isLogs, type StoredDay, type StoredKind } from './types.ts';

const kindOfTable: Readonly<Record<string, StoredKind>> = {
  metric_sample: 'metrics',
  metric_series: 'metrics',
  metric_rollup: 'rollups',
  span: 'traces',
};

const dayMs = 86_400_000;

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
       AND table IN ('metric_sample', 'metric_series', 'metric_rollup', 'span', 'log_record')
     GROUP BY table, partition, partition_id`,
  );
  return rows.flatMap((row) => {
    const [category = ''] = /[a-z]+/.exec(row.partition) ?? [];
    const kind = kindOfTable[row.table] ?? (isLogs(category) ? category : undefined);
    if (kind === undefined) return [];
    // `('debug','2026-11-21')`, `2026-11-21`, `20261121`, `('2026-11-21',17952…)`, or a month of names of series.
    const digits = row.partition.replaceAll(/\D/g, '').padEnd(8, '01');
    const day = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`;
    // Where parts have no times, as those of rollups, they are of the whole day.
    const begins = Date.parse(day);
    return [
      {
        kind,
        table: row.table,
        partitionId: row.partition_id,
        day,
        rows: row.table === 'metric_series' ? 0 : row.rows,
        bytes: row.bytes,
        uncompressedBytes: row.uncompressed,
        oldest: row.oldest === 0 ? begins : row.oldest,
        newest: row.newest === 0 ? begins + dayMs - 1 : row.newest,
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
