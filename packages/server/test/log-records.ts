import type { StoredRecord } from '../src/telemetry/logs/types.ts';
import { recordId } from '../src/telemetry/logs/types.ts';
import type { Columns } from '../src/storage/columns/columns.ts';

/** A record with what a test cares about. */
export function logRecord(record: Partial<StoredRecord> = {}): Omit<StoredRecord, 'id'> {
  return {
    timeMs: 1_790_000_000_000,
    category: 'application',
    severity: 'info',
    service: 'api',
    host: 'host-1',
    traceId: '',
    spanId: '',
    message: 'started',
    attributes: {},
    masked: [],
    ...record,
  };
}

/** Puts records into columns and returns them with their ids, once they can be queried. */
export async function keepRecords(
  columns: Columns,
  records: readonly Omit<StoredRecord, 'id'>[],
): Promise<StoredRecord[]> {
  const place = await columns.insert(
    'log_record',
    records.map((record) => ({
      time: (record.timeMs / 1000).toFixed(3),
      category: record.category,
      severity: record.severity,
      service: record.service,
      host: record.host,
      trace_id: record.traceId,
      span_id: record.spanId,
      message: record.message,
      attributes: record.attributes,
      masked: record.masked,
    })),
  );
  await columns.flush(AbortSignal.timeout(10_000));
  return records.map((record, index) => ({ ...record, id: recordId(place.spoolId, place.firstRow + index) }));
}
