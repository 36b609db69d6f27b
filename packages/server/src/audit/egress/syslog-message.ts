import type { ExportedEvent } from '../events/export/format.ts';
import type { Severity } from '../events/types.ts';

/** Facility 13, "log audit" (RFC 5424, table 1). */
const facility = 13;

/** Severities of RFC 5424, table 2: 2 critical, 3 error, 4 warning, 5 notice, 6 informational. */
const severityOf: Readonly<Record<Severity, number>> = { info: 6, low: 5, medium: 4, high: 3, critical: 2 };

/** A header field: printable ASCII without blanks, cut to its length; `-` when nothing is left (6.2). */
function headerField(text: string, length: number): string {
  const printable = text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, length);
  return printable === '' ? '-' : printable;
}

/** A value of structured data: backslash, quote and bracket are escaped (6.3.3). */
const dataValue = (text: string): string => text.replaceAll(/[\\"\]]/g, String.raw`\$&`);

export interface SyslogIdentity {
  /** HOSTNAME of the header. */
  readonly host: string;
  /** Name of the structured data: `custos@` and a private enterprise number. */
  readonly dataId: string;
}

/**
 * One message of RFC 5424. Structured data carry log and index, so that a receiver can prove a gap; the
 * message is UTF-8 without the byte order mark, which most receivers would show.
 */
export function syslogMessage(
  { log, index, leafHash, event }: ExportedEvent,
  payload: string,
  { host, dataId }: SyslogIdentity,
): string {
  const priority = facility * 8 + severityOf[event.severity];
  const header = [
    `<${priority}>1`,
    event.receivedTime,
    headerField(host, 255),
    headerField(event.source, 48),
    '-',
    headerField(event.type, 32),
  ].join(' ');
  const data = `[${dataId} log="${dataValue(log)}" index="${index}" leafHash="${dataValue(leafHash)}"]`;
  return `${header} ${data} ${payload}`;
}

/** Octet counting (RFC 6587, 3.4.1): the length in bytes, a blank, the message. */
export function octetCounted(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
}
