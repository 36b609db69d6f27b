import { isUtf8 } from 'node:buffer';
import type { IncomingRecord, Refusal } from '../../types.ts';
import { recordOfFields } from '../log-fields.ts';
import { readPriority } from './priority.ts';
import { readRfc3164 } from './rfc3164.ts';
import { readRfc5424 } from './rfc5424.ts';
import type { Arrival } from './types.ts';

/** RFC 3164, 5.3: senders may end a message with these. */
const trailing = /[\r\n\0]+$/;

/**
 * Reads one message of RFC 5424 or RFC 3164. Who sent it is its host when it does not say. A text that is a
 * JSON object, also behind `@cee:`, is read for its fields. A refusal when it is not UTF-8; undefined when
 * there is nothing in it.
 */
export function readMessage(bytes: Buffer, { at, peer }: Arrival): IncomingRecord | Refusal | undefined {
  if (!isUtf8(bytes)) return { reason: 'not_utf8', message: 'A message is not valid UTF-8.', count: 1 };
  const text = bytes.toString('utf8').replace(trailing, '');
  if (text === '') return undefined;
  const { severity, facility, end } = readPriority(text);
  const header = readRfc5424(text, end) ?? readRfc3164(text, end, at);
  const own = {
    timeMs: header.timeMs ?? at,
    severity,
    service: header.app,
    host: header.host === '' ? peer : header.host,
  };
  const base = { facility, ...header.fields };
  const fields = objectIn(header.message);
  if (fields === undefined) {
    return { ...own, traceId: '', spanId: '', message: header.message, attributes: base };
  }
  const record = recordOfFields(fields, own);
  return {
    ...record,
    timeMs: own.timeMs,
    message: record.message === '' ? header.message : record.message,
    attributes: { ...base, ...record.attributes },
  };
}

function objectIn(message: string): Readonly<Record<string, unknown>> | undefined {
  const text = message.startsWith('@cee:') ? message.slice(5).trimStart() : message;
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
