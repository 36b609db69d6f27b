import type { LogRecordView } from '@custos/contract';
import { notFound } from '../../base/errors.ts';
import { recordId, type StoredRecord } from '../logs/types.ts';
import type { Place } from './types.ts';

/**
 * The name of a record in links: its time in base 36 and its place in the spool. With the time in it, a
 * record is found without looking through all of them.
 */
export function nameOf({ timeMs, spoolId, spoolRow }: Place): string {
  return `${timeMs.toString(36)}-${recordId(spoolId, spoolRow)}`;
}

/** The place that a name says. Raises `not_found` for what is no name. */
export function placeOf(name: string): Place {
  const [, time = '', spoolId = '', row = ''] =
    /^(-?[0-9a-z]{1,11})-([0-9a-f]{1,64})-(\d{1,15})$/.exec(name) ?? [];
  const timeMs = Number.parseInt(time, 36);
  if (!Number.isSafeInteger(timeMs)) throw notFound('log record', name);
  return { timeMs, spoolId, spoolRow: Number(row) };
}

/** A record that was just accepted as it will be shown when it is read back. */
export function viewOf(record: StoredRecord): LogRecordView {
  return {
    id: `${record.timeMs.toString(36)}-${record.id}`,
    time: record.timeMs,
    category: record.category,
    severity: record.severity,
    service: record.service,
    host: record.host,
    traceId: record.traceId === '' ? null : record.traceId,
    spanId: record.spanId === '' ? null : record.spanId,
    message: record.message,
    attributes: { ...record.attributes },
    masked: [...record.masked],
  };
}
