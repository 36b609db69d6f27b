import { logCategories, type LogCategory, type LogSeverity } from '@custos/contract';
import type { IncomingRecord } from '../../types.ts';
import { tooMany } from '../errors.ts';
import { mostItems } from '../limits.ts';
import { severityOfWord } from '../log-severity.ts';
import { addAttributes, setField, valueText } from './attributes.ts';
import type { LogRecord, LogsRequest } from './messages.ts';
import { commonFields, idOf, type CommonFields } from './resource-fields.ts';

/** Severity numbers come in steps of four (OpenTelemetry's log data model, "SeverityNumber"). */
const severities: readonly LogSeverity[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function severityOf({ severityNumber = 0, severityText = '' }: LogRecord): LogSeverity {
  if (severityNumber >= 1 && severityNumber <= 24) return severities[Math.floor((severityNumber - 1) / 4)]!;
  return severityOfWord(severityText) ?? 'info';
}

const isCategory = (text: string | undefined): text is LogCategory =>
  (logCategories as readonly (string | undefined)[]).includes(text);

function recordOf(record: LogRecord, common: CommonFields, nowMs: number): IncomingRecord {
  const attributes: Record<string, string> = { ...common.fields };
  addAttributes(attributes, record.attributes);
  let message = valueText(record.body);
  if (record.body?.kvlistValue !== undefined) {
    // A structured body: its parts are fields, and its own message is the message.
    const parts: Record<string, string> = {};
    addAttributes(parts, record.body.kvlistValue.values);
    message = parts['message'] ?? parts['msg'] ?? message;
    for (const [name, value] of Object.entries(parts)) {
      if (value !== message && !(name in attributes)) setField(attributes, name, value);
    }
  }
  if (record.eventName !== undefined && record.eventName !== '') attributes['event.name'] = record.eventName;
  const micros = record.timeUnixNano || record.observedTimeUnixNano || nowMs * 1000;
  const { category } = attributes;
  const known = isCategory(category);
  if (known) delete attributes['category'];
  return {
    timeMs: Math.floor(micros / 1000),
    ...(known ? { category } : {}),
    severity: severityOf(record),
    service: common.service,
    host: common.host,
    traceId: idOf(record.traceId, 32),
    spanId: idOf(record.spanId, 16),
    message,
    attributes,
  };
}

/** The records of a request; one without a time has come now. */
export function recordsOf(request: LogsRequest, nowMs: number): IncomingRecord[] {
  const records: IncomingRecord[] = [];
  for (const { resource, scopeLogs = [] } of request.resourceLogs ?? []) {
    for (const { scope, logRecords = [] } of scopeLogs) {
      const common = commonFields(resource, scope);
      if (records.length + logRecords.length > mostItems) throw tooMany('records', mostItems);
      for (const record of logRecords) records.push(recordOf(record, common, nowMs));
    }
  }
  return records;
}
