import { logRecord, type LogRecordView } from '@custos/contract';
import { csvCell } from '../../audit/events/export/csv.ts';

/** How records are written to a file. */
export interface ExportText {
  readonly mediaType: string;
  readonly extension: string;
  readonly head: string;
  line(record: LogRecordView): string;
}

const columns = [
  'time',
  'category',
  'severity',
  'service',
  'host',
  'trace_id',
  'span_id',
  'message',
  'attributes',
  'masked',
] as const;

const csv: ExportText = {
  mediaType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  head: `${columns.join(',')}\r\n`,
  line: (record) =>
    `${[
      new Date(record.time).toISOString(),
      record.category,
      record.severity,
      record.service,
      record.host,
      record.traceId ?? '',
      record.spanId ?? '',
      record.message,
      JSON.stringify(record.attributes),
      record.masked.join(' '),
    ]
      .map((cell) => csvCell(cell))
      .join(',')}\r\n`,
};

const ndjson: ExportText = {
  mediaType: 'application/x-ndjson; charset=utf-8',
  extension: 'ndjson',
  head: '',
  line: (record) => `${JSON.stringify(logRecord.encode(record))}\n`,
};

export const exportTexts = { csv, ndjson } as const;

/** The pieces of a file, each of many lines. */
export async function* fileOf(
  records: AsyncIterable<LogRecordView>,
  text: ExportText,
): AsyncGenerator<string> {
  let waiting = text.head;
  for await (const record of records) {
    waiting += text.line(record);
    if (waiting.length < 65_536) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
}
