import type { LogCategory } from '@custos/contract';
import type { IncomingRecord } from '../types.ts';
import type { Categorize } from './categories/category-rules.ts';
import { cutField, cutText, type LogLimits } from './limits.ts';
import type { Redacted, Redactor } from './redaction/redactor.ts';
import { hexId } from './trace-ids.ts';

/** A record that is ready to be kept, but has no place yet. */
export interface PreparedRecord extends IncomingRecord {
  readonly category: LogCategory;
  readonly masked: readonly string[];
  /** Set once, when the place is known; it is in the object from the start so that it need not grow. */
  id: string;
}

const nothingMasked: readonly string[] = [];
/** What ClickHouse's parser takes for sure: no half of a surrogate pair. */
const wellFormed = (text: string): string => (text.isWellFormed() ? text : text.toWellFormed());

/**
 * Returns a function that bounds a record, finds its category and masks what may not be kept. The category is
 * decided from what was sent, since a masked text says less.
 */
export function createPrepare(parts: {
  readonly categorize: Categorize;
  readonly redactor: Redactor;
  readonly limits: LogLimits;
}): (record: IncomingRecord, sourceName: string) => PreparedRecord {
  const { categorize, redactor, limits } = parts;

  const nameIsClean = (text: string): boolean =>
    text.length <= limits.nameLength && redactor.name(text) === undefined && text.isWellFormed();
  /** No UTF-16 unit takes more than three bytes. */
  const fits = (text: string, bytes: number): boolean => text.length * 3 <= bytes && text.isWellFormed();

  /** True when nothing has to be cut or masked, which is so for almost every record. */
  const isClean = ({ message, service, host, attributes }: IncomingRecord): boolean => {
    if (!fits(message, limits.messageBytes) || redactor.text(message) !== undefined) return false;
    if (!nameIsClean(service) || !nameIsClean(host)) return false;
    let count = 0;
    for (const field in attributes) {
      const value = attributes[field]!;
      count += 1;
      if (count > limits.attributes || !nameIsClean(field) || !fits(value, limits.valueBytes)) return false;
      if (redactor.value(field, value) !== undefined) return false;
    }
    return true;
  };

  const clean = (record: IncomingRecord, category: LogCategory): PreparedRecord | undefined => {
    const traceId = record.traceId === '' ? '' : hexId(record.traceId, 32);
    const spanId = record.spanId === '' ? '' : hexId(record.spanId, 16);
    const strange = (traceId === '' && record.traceId !== '') || (spanId === '' && record.spanId !== '');
    if (strange || !isClean(record)) return undefined;
    return {
      timeMs: Math.floor(record.timeMs),
      category,
      severity: record.severity,
      service: record.service,
      host: record.host,
      traceId,
      spanId,
      message: record.message,
      attributes: record.attributes,
      masked: nothingMasked,
      id: '',
    };
  };

  const changed = (record: IncomingRecord, category: LogCategory): PreparedRecord => {
    let masked: Set<string> | undefined;
    let cut: Set<string> | undefined;

    const kept = (text: string, found: Redacted | undefined): string => {
      if (found === undefined) return text;
      masked ??= new Set();
      for (const name of found.by) masked.add(name);
      return found.text;
    };
    const bounded = (text: string, bytes: number, what: string): string => {
      const whole = wellFormed(text);
      const short = cutText(whole, bytes);
      if (short.length !== whole.length) (cut ??= new Set()).add(what);
      return short;
    };
    const name = (text: string, what: string): string => {
      const short =
        text.length > limits.nameLength ? bounded(text.slice(0, limits.nameLength), 800, what) : text;
      if (short.length !== text.length) (cut ??= new Set()).add(what);
      return kept(short, redactor.name(wellFormed(short)));
    };

    // What is cut is cut first: a secret that the cut halves would otherwise no longer be known as one.
    // Twice the bound is looked through, so that a secret across the bound is whole there.
    const masking = (
      text: string,
      to: { readonly bytes: number; readonly what: string },
      find: (text: string) => Redacted | undefined,
    ): string => {
      const generous = cutText(text, to.bytes * 2);
      if (generous.length !== text.length) (cut ??= new Set()).add(to.what);
      return bounded(kept(generous, find(generous)), to.bytes, to.what);
    };

    const message = masking(record.message, { bytes: limits.messageBytes, what: 'message' }, redactor.text);
    const attributes: Record<string, string> = {};
    let count = 0;
    for (const field in record.attributes) {
      if (count === limits.attributes) {
        (cut ??= new Set()).add('attributes');
        break;
      }
      const value = record.attributes[field]!;
      const shortName = name(field, 'attribute names');
      attributes[shortName] = masking(value, { bytes: limits.valueBytes, what: shortName }, (text) =>
        redactor.value(field, text),
      );
      count += 1;
    }
    const traceId = hexId(record.traceId, 32);
    const spanId = hexId(record.spanId, 16);
    if (traceId === '' && record.traceId !== '') attributes['trace_id'] ??= name(record.traceId, 'trace_id');
    if (spanId === '' && record.spanId !== '') attributes['span_id'] ??= name(record.spanId, 'span_id');
    const service = name(record.service, 'service');
    const host = name(record.host, 'host');
    if (cut !== undefined) attributes[cutField] = [...cut].slice(0, 20).join(', ');
    return {
      timeMs: Math.floor(record.timeMs),
      category,
      severity: record.severity,
      service,
      host,
      traceId,
      spanId,
      message,
      attributes,
      masked: masked === undefined ? nothingMasked : [...masked].toSorted(),
      id: '',
    };
  };

  return (record, sourceName) => {
    const category = categorize(record, sourceName);
    return clean(record, category) ?? changed(record, category);
  };
}
