import { isUtf8 } from 'node:buffer';
import type { RefusalReason } from '@custos/contract';
import type { IncomingRecord } from '../types.ts';
import { tooMany } from './errors.ts';
import { mostItems } from './limits.ts';
import { severityInText } from './log-severity.ts';
import { recordOfFields, type FieldDefaults } from './log-fields.ts';

/** A line that was left out. */
export interface LineFault {
  /** Counted from 1. */
  readonly line: number;
  readonly reason: RefusalReason;
  readonly message: string;
}

export interface ReadLines {
  readonly records: readonly IncomingRecord[];
  readonly faults: readonly LineFault[];
}

/** Bytes of one line; the intake cuts what is longer than a record may be. */
const lineBytes = 1024 * 1024;

interface Reading {
  readonly records: IncomingRecord[];
  readonly faults: LineFault[];
  /** `text` takes every line as a message. */
  readonly kind: 'json' | 'text';
  readonly defaults: FieldDefaults;
}

/** Reads newline-delimited JSON, or plain lines; what is wrong with one line leaves that line out. */
export function readLines(body: Buffer, kind: 'json' | 'text', defaults: FieldDefaults): ReadLines {
  const reading: Reading = { records: [], faults: [], kind, defaults };
  if (isUtf8(body)) {
    const text = body.toString('utf8');
    const values = kind === 'json' ? parseTogether(text) : undefined;
    if (values !== undefined) return readValues(values, reading);
    let line = 1;
    for (let from = 0; from < text.length; line += 1) {
      const found = text.indexOf('\n', from);
      const to = found === -1 ? text.length : found;
      readLine(text.slice(from, to), line, reading);
      from = to + 1;
    }
    return reading;
  }
  let line = 1;
  for (let from = 0; from < body.length; line += 1) {
    const found = body.indexOf(10, from);
    const to = found === -1 ? body.length : found;
    const bytes = body.subarray(from, to);
    if (isUtf8(bytes)) readLine(bytes.toString('utf8'), line, reading);
    else reading.faults.push({ line, reason: 'not_utf8', message: 'The line is not valid UTF-8.' });
    from = to + 1;
  }
  return reading;
}

/**
 * The values of all lines at once, which takes half the time; undefined unless every line is one. No JSON has a
 * line feed inside a text, so commas in their place leave the texts alone.
 */
function parseTogether(text: string): readonly unknown[] | undefined {
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  let lines = 0;
  for (let from = 0; from <= end; lines += 1) {
    const found = text.indexOf('\n', from);
    const to = found === -1 ? end : found;
    if (to - from > lineBytes) return undefined;
    from = to + 1;
  }
  try {
    const values = JSON.parse(`[${text.slice(0, end).replaceAll('\n', ',')}]`) as unknown[];
    return values.length === lines ? values : undefined;
  } catch {
    return undefined;
  }
}

function readLine(text: string, line: number, reading: Reading): void {
  const { records, faults, kind, defaults } = reading;
  if (text.length > lineBytes) {
    faults.push({ line, reason: 'too_large', message: `The line is longer than ${lineBytes} characters.` });
    return;
  }
  if (kind === 'text') {
    const message = text.trimEnd();
    if (message !== '') records.push(recordOfText(message, defaults));
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (text.trim() !== '') {
      faults.push({ line, reason: 'unreadable', message: 'The line is not JSON.' });
    }
    return;
  }
  readObject(value, line, reading);
}

function readObject(value: unknown, line: number, { records, faults, defaults }: Reading): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    records.push(recordOfFields(value as Record<string, unknown>, defaults));
  } else faults.push({ line, reason: 'unreadable', message: 'It is JSON, but no object.' });
}

function readValues(values: readonly unknown[], reading: Reading): ReadLines {
  for (const [index, value] of values.entries()) readObject(value, index + 1, reading);
  return reading;
}

/** A line of text as a record, with the severity that it says itself. */
function recordOfText(message: string, defaults: FieldDefaults): IncomingRecord {
  return {
    timeMs: defaults.timeMs,
    severity: severityInText(message) ?? defaults.severity,
    service: defaults.service,
    host: defaults.host,
    traceId: '',
    spanId: '',
    message,
    attributes: {},
  };
}

/** Reads a JSON array of objects; places count as lines. Undefined when the body is none. */
export function readArray(body: Buffer, defaults: FieldDefaults): ReadLines | undefined {
  if (!isUtf8(body)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (value.length > mostItems) throw tooMany('records', mostItems);
  return readValues(value, { records: [], faults: [], kind: 'json', defaults });
}
