import { canonicalJson } from '../canonical-json.ts';
import { linesOf, type ExportedEvent, type ExportFormat } from './format.ts';

const columns: readonly (readonly [string, (exported: ExportedEvent) => string | number | undefined])[] = [
  ['log', ({ log }) => log],
  ['index', ({ index }) => index],
  ['id', ({ event }) => event.id],
  ['time', ({ event }) => event.time],
  ['received_time', ({ event }) => event.receivedTime],
  ['type', ({ event }) => event.type],
  ['action', ({ event }) => event.action],
  ['outcome', ({ event }) => event.outcome],
  ['severity', ({ event }) => event.severity],
  ['source', ({ event }) => event.source],
  ['actor_type', ({ event }) => event.actor.type],
  ['actor_id', ({ event }) => event.actor.id],
  ['actor_name', ({ event }) => event.actor.name],
  ['target_type', ({ event }) => event.target?.type],
  ['target_id', ({ event }) => event.target?.id],
  ['target_name', ({ event }) => event.target?.name],
  ['tenant', ({ event }) => event.tenant],
  ['trace_id', ({ event }) => event.traceId],
  ['request_id', ({ event }) => event.requestId],
  ['address', ({ event }) => event.address],
  ['details', ({ event }) => canonicalJson(event.details)],
  ['leaf_hash', ({ leafHash }) => leafHash],
];

/**
 * One cell (RFC 4180). Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP,
 * "CSV Injection": `=`, `+`, `-`, `@`, tab, carriage return; their full-width forms likewise), also after
 * blanks, which some programs skip.
 */
export function csvCell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Comma-separated values for spreadsheets, with a header line. */
export const csvFormat: ExportFormat = {
  name: 'csv',
  mediaType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  write: (events) =>
    linesOf(events, (exported) => columns.map(([, value]) => csvCell(value(exported))).join(','), {
      first: columns.map(([name]) => name).join(','),
      end: '\r\n',
    }),
};
